// A central system that blocks id tags and counts the boots of each charge point.
// Commands: `deny TAG`, `allow TAG`, `denied`.

const denied = new Set();

exports.onLoad = function () {
  const plugin = this;
  plugin.log('[CS-Example] Started.');

  // Tags that are not denied get the default answer.
  plugin.onCall('Authorize', function (call, { usual }) {
    if (!denied.has(call.idTag)) return undefined;
    return { ...usual, idTagInfo: { status: 'Blocked' } };
  });

  plugin.onCall('BootNotification', function (call) {
    this.state.boots = (this.state.boots || 0) + 1;
    this.mark(`boot number ${this.state.boots} of a ${call.chargePointVendor} ${call.chargePointModel}`);
  });

  // The console itself reports disconnections.
  plugin.onClientConnectionEvent(function (type, id) {
    if (type === 'connected') plugin.log(`[CS-Example] ${id} connected.`);
  });

  plugin.command('deny', { help: 'block an id tag: deny TAG' }, ([tag]) => {
    if (!tag) return console.log('Usage: deny <id tag>');
    denied.add(tag);
  });
  plugin.command('allow', { help: 'allow an id tag again: allow TAG' }, ([tag]) => {
    if (!tag) return console.log('Usage: allow <id tag>');
    denied.delete(tag);
  });
  plugin.command('denied', { help: 'list the blocked id tags' }, () => {
    console.log(denied.size > 0 ? [...denied].join('\n') : 'No id tag is blocked.');
  });
};
