function process(record, ctx, logger, next) {
  const request = { profile: {}, data: {}, subscriptions: {}, preferences: {}, context: null };
  for (const key of Object.keys(request)) {
    if (record[key] !== undefined && record[key] !== null && record[key] !== "") request[key] = record[key];
  }
  record.request = request;
  return record;
}
