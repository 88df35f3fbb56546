"""The report, reproduced: every table and figure over many initializations (``make report``).

``stacked`` trains many networks at once, ``runs`` does so for all experiments on all cores and
remembers what is finished, ``results`` makes the tables, ``mathematics`` and
``claims`` check what they mean, ``figures`` draws, and ``page`` writes the HTML page.
"""
