{%- extends 'base.tpl' -%}

{%- block title -%}
Deadline and extensions
{%- endblock -%}

{%- block sidebar -%}
<li role="presentation" class="active"><a href="{{ base_url }}/formgrader/manage_assignments">Manage Assignments</a></li>
<li role="presentation"><a href="{{ base_url }}/formgrader/gradebook">Manual Grading</a></li>
<li role="presentation"><a href="{{ base_url }}/formgrader/manage_students">Manage Students</a></li>
{%- endblock -%}

{%- block breadcrumbs -%}
<ol class="breadcrumb">
  <li><a href="{{ base_url }}/formgrader/manage_assignments">Assignments</a></li>
  <li><a href="{{ base_url }}/formgrader/manage_submissions/{{ assignment_id | urlencode }}">{{ assignment_id }}</a></li>
  <li class="active">Extensions</li>
</ol>
{%- endblock -%}

{%- block messages -%}
{% if said %}<div class="alert alert-info" role="status">{{ said }}</div>{% endif %}
{% if due %}
<p>The deadline is <b>{{ due }}</b>. Whoever gets an extension has until the time that you give here, in the same time zone. It counts at once, also for students who have not handed in yet.</p>
<form method="post" class="form-inline">
  <input type="hidden" name="_xsrf" value="{{ token }}">
  <label>Student
    <select name="student" class="form-control" required>
      {% for row in rows %}<option value="{{ row.id }}">{{ row.id }}{% if row.name %} · {{ row.name }}{% endif %}</option>{% endfor %}
    </select>
  </label>
  <label>has until <input type="datetime-local" name="until" class="form-control" value="{{ start }}" required></label>
  <label>because <input type="text" name="why" class="form-control" maxlength="200" required></label>
  <button type="submit" class="btn btn-primary">Extend</button>
</form>
{% else %}
<p>The assignment has no deadline. Set one in <code>lab.toml</code> or under <a href="{{ base_url }}/formgrader/manage_assignments">Manage Assignments</a>.</p>
{% endif %}
{%- endblock -%}

{%- block table_header -%}
<tr><th>Student ID</th><th>Name</th><th>Handed in</th><th>Has until</th><th>Because</th></tr>
{%- endblock -%}

{%- block table_body -%}
{% for row in rows %}<tr><td>{{ row.id }}</td><td>{{ row.name }}</td><td>{{ row.handed_in }}</td><td>{{ row.until }}</td><td>{{ row.why }}</td></tr>
{% endfor %}
{%- endblock -%}
