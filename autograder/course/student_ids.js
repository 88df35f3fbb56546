"use strict";
// nbgrader's pages know some students by names that are safe in addresses; people read the ids.
{
  const id = (text) =>
    text.replace(/(~[0-9A-F]{2})+/g, (found) => {
      try { return decodeURIComponent(found.replaceAll("~", "%")); } catch { return found; }
    });
  const show = () => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      if (text.parentNode.nodeName !== "SCRIPT" && id(text.data) !== text.data) text.data = id(text.data);
    }
    for (const input of document.querySelectorAll("input.modal-id")) input.value = id(input.value);
  };
  show();
  new MutationObserver(show).observe(document.body, { childList: true, subtree: true });
}
