// "subscriptions.news.isSubscribed" wants a level "email" in between
const walk = (node) => {
  if (typeof node !== "object" || node === null) return;
  if ("isSubscribed" in node) {
    const email = { ...node, isSubscribed: String(node.isSubscribed).toLowerCase() === "true" };
    for (const key of Object.keys(node)) delete node[key];
    node.email = email;
    return;
  }
  Object.values(node).forEach(walk);
};
function process(record, ctx, logger, next) {
  walk(record.subscriptions);
  return record;
}
