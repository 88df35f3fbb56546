// Says, with what is given for a cell, what the page knew of it; see marking.py.
for (const [kind, fields] of [[Grade, ["manual_score", "extra_credit"]], [Comment, ["manual_comment"]]]) {
  kind.prototype.sync = function (method, model, options) {
    if (method === "read") return Backbone.sync(method, model, options);
    const before = _.pick(model.previousAttributes(), fields);
    const mine = _.pick(model.attributes, fields);
    options.attrs = { ...model.toJSON(), before, opened: OPENED };
    const saved = options.success;
    options.success = (table) => {
      const { notice, ...rest } = table;
      if (notice) $("#statusmessage").text(notice).show();
      saved(rest);
    };
    options.error = (response) => {
      const { message, ...now } = response.responseJSON ?? {};
      if (response.status === 409) {
        const both = kind === Comment && now.manual_comment && mine.manual_comment;
        if (both) mine.manual_comment = `${now.manual_comment}\n\n${mine.manual_comment}`;
        const yes = both ? "save both, theirs first" : "save yours";
        const keep = confirm(`${message}\n\nOK: ${yes}. Cancel: leave theirs.`);
        model.set(now);
        if (keep) model.save(mine);
      } else {
        const why = message ?? "the server can't be reached or has a problem";
        const again = confirm(`Not saved: ${why}.\n\nOK: try again. Cancel: leave it unsaved.`);
        model.set(before, { silent: true }); // what was typed stays in its field
        if (again) model.save(mine);
      }
    };
    return Backbone.sync(method, model, options);
  };
}
