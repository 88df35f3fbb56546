{%- extends 'nbgrader/manage_submissions.tpl' -%}

{%- block breadcrumbs -%}
{{ super() }}
<p><a href="{{ base_url }}/formgrader/extensions/{{ assignment_id | urlencode }}">Deadline and extensions</a></p>
{%- endblock -%}
