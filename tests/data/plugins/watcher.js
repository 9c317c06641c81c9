// A second plugin in the manner of those for ocppjs, for a central system, without a handler that another one has.
exports.onLoad = function() {
  var self = this;
  this.onClientConnectionEvent(function(type, id) { self.log(id + ' ' + type); });
  this.onCall('Heartbeat', function(values) { return { currentTime: '2000-01-01T00:00:00Z' }; });
  this.onCall('RemoteStartTransaction', function(values) { return { status: 'FromWatcher' }; });
  this.onCommand(function() { throw new Error('the first one fails'); });
};
