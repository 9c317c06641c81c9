/*
 * In the manner of plugins for ocppjs: var, self, module.exports, callbacks.
 */
var started = 0;

module.exports = {
  onLoad: function() {
    var self = this, cp = this.cp;

    if (self.system != 'cp') {
      self.log('needs a charge point', 'AUTO');
      return self.unload();
    }

    total = 0; // an implicit global, as sloppy scripts have them

    self.onConnectionEvent(function(type, cbId) {
      self.log(type + ' ' + cbId + ' ' + this.ocpp_version);
      if (type == 'connected')
        cp.call('BootNotification', {});
    });

    self.onResult('BootNotification', function(values) {
      self.log('boot: ' + values.status, 'AUTO');
      cp.call('StatusNotification', { connectorId: 1, status: 'Available' });
    });

    self.onCall('RemoteStartTransaction', function(values) {
      started++;
      total += values.connectorId;
      return { status: started > 1 ? 'Rejected' : 'Accepted' };
    });

    self.onCommand(function(command) {
      var line = self.parse(command);
      if (line.command == 'authorize_me') {
        console.log('asking for ' + line.arguments[0] + ' at ' + line.options.place + ', ' + this.length + ' words');
        cp.call('Authorize', { idTag: line.arguments[0] });
        return true;
      }
      return false;
    });

    self.onIdle(function() {
      self.log('idle');
    });
  },

  onUnload: function() {
    this.log('started ' + started);
  }
};
