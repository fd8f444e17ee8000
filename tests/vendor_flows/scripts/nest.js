// columns of a file are flat: "profile.education.0.degree"
const put = (target, path, value) => {
  path.forEach((key, i) => {
    if (i === path.length - 1) target[key] = value;
    else target = target[key] ??= /^[0-9]+$/.test(path[i + 1]) ? [] : {};
  });
};
function process(record, ctx, logger, next) {
  logger.info("Input Payload", record);
  const nested = {};
  Object.entries(record).forEach(([key, value]) => put(nested, key.split("."), value));
  return nested;
}
