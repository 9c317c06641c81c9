// A slow peer: every answer is delayed. Use it to test the timeouts of the other side.
// Command: `slow MILLISECONDS`; the value is kept for the next session.

exports.onLoad = function () {
  this.onCall('*', () => ocpp.delay(settings.get('milliseconds', 2000)));

  this.command('slow', { help: 'hold every answer back: slow MILLISECONDS', complete: ['0', '500', '2000', '35000'] }, ([text]) => {
    const milliseconds = Number(text);
    if (text === undefined || !(milliseconds >= 0)) {
      console.log(`Answers are held back for ${settings.get('milliseconds', 2000)} ms. Usage: slow <milliseconds>`);
      return;
    }
    settings.set('milliseconds', milliseconds);
  });
};
