function process(record, ctx, logger, next) {
  const { internal } = JSON.parse(record._response.context ?? record.context);
  return { ...record, internal };
}
