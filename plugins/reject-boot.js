// A central system that delays the boot of a charge point: its first BootNotification is answered with Pending, the second with Rejected,
// and from the third on with the default answer. Each charge point has its own counter.

const FIRST = ['Pending', 'Rejected'];

exports.onLoad = function () {
  this.onCall('BootNotification', function (call, { usual }) {
    const boots = (this.state.boots || 0) + 1;
    this.state.boots = boots;
    const status = FIRST[boots - 1];
    if (!status) return undefined;
    this.mark(`boot ${boots}: ${status}`);
    const interval = this.version === '1.6' ? { interval: 5 } : { heartbeatInterval: 5 };
    return { ...usual, status, ...interval };
  });
};
