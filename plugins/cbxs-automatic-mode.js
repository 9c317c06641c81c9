// An autonomous charge point: it boots, sends heartbeats, authorises, charges on its connectors, meters and executes remote calls. Use it
// with --manual or `start_cp`, whose charge points send nothing by themselves. It uses the plugin interface of ocppjs.
//
// Commands: identification ID, connectors, cache, connector_liaison CONNECTOR on|off

var CONNECTORS = 2;
var METER_PERIOD = 10000; // milliseconds between meter values
var POWER = 11000; // watts

exports.onLoad = function () {
  var self = this;

  if (self.system !== 'cp') {
    self.log('[CBXS] Error: this plugin needs a Charge Point Simulator to run.');
    self.unload();
    return;
  }

  var whitelist = [];
  var heartbeat = null;
  var asking = []; // { idTag, connectorId } of the pending Authorize calls, oldest first
  var starting = []; // connectors with a pending StartTransaction
  var connectors = [];
  for (var id = 1; id <= CONNECTORS; id++) {
    connectors.push({ id: id, linked: true, available: true, transaction: null, idTag: null, energy: 0, since: 0, timer: null });
  }

  function now() {
    return new Date().toISOString();
  }

  function connector(number) {
    return connectors.find(function (candidate) { return candidate.id === Number(number); });
  }

  function free() {
    return connectors.find(function (candidate) {
      return candidate.idTag === null && candidate.available && candidate.linked;
    });
  }

  function report(one, status) {
    self.cp.call('StatusNotification', { connectorId: one.id, status: status, errorCode: 'NoError' });
  }

  // OCPP 1.6 replaces "Occupied" by several statuses.
  function occupied() {
    return self.ocpp_version === '1.6' ? 'Charging' : 'Occupied';
  }

  /** The meter register in Wh, including the energy of the current transaction. */
  function register(one) {
    var flowed = one.transaction === null ? 0 : (Date.now() - one.since) / 3600000 * POWER;
    return Math.round(one.energy + flowed);
  }

  function start(one, idTag) {
    one.idTag = idTag;
    starting.push(one);
    self.cp.call('StartTransaction', { connectorId: one.id, idTag: idTag, timestamp: now(), meterStart: register(one) });
  }

  function meter(one) {
    var values = { connectorId: one.id, transactionId: one.transaction };
    if (self.ocpp_version === '1.6') {
      values.meterValue = [{ timestamp: now(), sampledValue: [{ value: String(register(one)) }] }];
    } else if (self.ocpp_version === '1.5') {
      values.values = [{ timestamp: now(), value: [{ $: String(register(one)) }] }];
    } else {
      return; // 1.2 has one value without a transaction; the default payload is sufficient
    }
    self.cp.call('MeterValues', values);
  }

  function stop(one) {
    var stopped = { transactionId: one.transaction, idTag: one.idTag, timestamp: now(), meterStop: register(one) };
    one.energy = stopped.meterStop;
    clearInterval(one.timer);
    one.transaction = one.idTag = one.timer = null;
    self.cp.call('StopTransaction', stopped);
    report(one, one.available ? 'Available' : 'Unavailable');
  }

  // ---- answers of the central system ------------------------------------------------------------------------------------------

  self.onResult('BootNotification', function (values) {
    var seconds = values.interval || values.heartbeatInterval || 300;
    if (values.status !== 'Accepted') return;
    clearInterval(heartbeat);
    heartbeat = setInterval(function () { self.cp.call('Heartbeat', {}); }, seconds * 1000);
  });

  self.onResult('Authorize', function (values) {
    var asked = asking.shift();
    if (!asked) return;
    if (!values.idTagInfo || values.idTagInfo.status !== 'Accepted') {
      self.log('[CBXS] ' + asked.idTag + ' may not charge.');
      return;
    }
    if (whitelist.indexOf(asked.idTag) < 0) whitelist.push(asked.idTag);
    var one = asked.connectorId ? connector(asked.connectorId) : free();
    if (one && one.idTag === null) start(one, asked.idTag);
  });

  self.onResult('StartTransaction', function (values) {
    var one = starting.shift();
    if (!one) return;
    one.transaction = values.transactionId;
    one.since = Date.now();
    one.timer = setInterval(meter, METER_PERIOD, one);
    report(one, occupied());
    if (values.idTagInfo && values.idTagInfo.status !== 'Accepted') stop(one);
  });

  // ---- calls of the central system --------------------------------------------------------------------------------------------

  self.onCall('RemoteStartTransaction', function (values) {
    var one = values.connectorId ? connector(values.connectorId) : free();
    if (!one || !one.available || !one.linked || one.idTag !== null) return { status: 'Rejected' };
    start(one, values.idTag);
    return { status: 'Accepted' };
  });

  self.onCall('RemoteStopTransaction', function (values) {
    var one = connectors.find(function (candidate) {
      return candidate.transaction !== null && candidate.transaction === values.transactionId;
    });
    if (!one) return { status: 'Rejected' };
    stop(one);
    return { status: 'Accepted' };
  });

  self.onCall('UnlockConnector', function (values) {
    var one = connector(values.connectorId);
    var done = self.ocpp_version === '1.6' ? 'Unlocked' : 'Accepted';
    var not = self.ocpp_version === '1.6' ? 'NotSupported' : 'Rejected';
    if (!one) return { status: not };
    if (one.transaction !== null) stop(one);
    return { status: done };
  });

  self.onCall('ChangeAvailability', function (values) {
    var meant = values.connectorId === 0 ? connectors : [connector(values.connectorId)];
    if (!meant[0]) return { status: 'Rejected' };
    meant.forEach(function (one) {
      one.available = values.type === 'Operative';
      if (one.transaction === null) report(one, one.available ? 'Available' : 'Unavailable');
    });
    var busy = meant.some(function (one) { return one.transaction !== null; });
    return { status: busy ? 'Scheduled' : 'Accepted' };
  });

  self.onCall('ClearCache', function () {
    whitelist = [];
    self.log('[CBXS]  White list cleared.');
    return { status: 'Accepted' };
  });

  self.onCall('Reset', function () {
    connectors.forEach(function (one) { if (one.transaction !== null) stop(one); });
    self.cp.call('BootNotification', {});
    return { status: 'Accepted' };
  });

  self.onCall('GetDiagnostics', function () {
    self.cp.call('DiagnosticsStatusNotification', { status: 'Uploaded' });
  });

  self.onCall('UpdateFirmware', function () {
    self.cp.call('FirmwareStatusNotification', { status: 'Downloaded' });
    self.cp.call('FirmwareStatusNotification', { status: 'Installed' });
  });

  self.onConnectionEvent(function (type) {
    if (type === 'connected') self.cp.call('BootNotification', {});
  });

  // ---- commands of the user ---------------------------------------------------------------------------------------------------

  self.onCommand(function (line) {
    var words = self.parse(line);
    switch (words.command) {
      case 'identification': {
        var tag = words.arguments[0];
        if (!tag) {
          console.log('[CBXS] Usage: identification <id>');
          return true;
        }
        var charging = connectors.find(function (one) { return one.idTag === tag && one.transaction !== null; });
        if (charging) {
          stop(charging);
        } else if (!connectors.some(function (one) { return one.idTag === tag; })) {
          asking.push({ idTag: tag });
          self.cp.call('Authorize', { idTag: tag });
        }
        return true;
      }
      case 'connectors':
        connectors.forEach(function (one) {
          var status = one.transaction === null ? 'not charging' : 'charging, transaction ' + one.transaction;
          console.log(' - Connector #' + one.id + ' - status: ' + status);
        });
        return true;
      case 'cache':
        self.log('[CBXS] Whitelist content: ' + JSON.stringify(whitelist));
        return true;
      case 'connector_liaison': {
        var one = connector(words.arguments[0]);
        var state = words.arguments[1];
        if (!one || (state !== 'on' && state !== 'off')) {
          console.log('[CBXS] Usage: connector_liaison <id> <on|off> for simulating a connection interruption.');
          return true;
        }
        one.linked = state === 'on';
        if (!one.linked && one.transaction !== null) stop(one);
        return true;
      }
      default:
        return false;
    }
  });

  self.cp.call('BootNotification', {});
};
