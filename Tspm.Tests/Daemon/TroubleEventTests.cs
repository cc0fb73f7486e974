using Microsoft.Extensions.Time.Testing;
using Tspm.Daemon;
using Tspm.Model.State;

namespace Tspm.Tests.Daemon;

/// <summary>A trouble is put on record when it begins and when it is over, once each.</summary>
[Timeout(30_000)]
internal sealed class TroubleEventTests
{
    sealed class Rig
    {
        readonly List<Action> _armed = [];

        public Rig() =>
            Events = new TroubleEvents(Told.Add, Clock, (_, look) => _armed.Add(look), [() => State, () => Logs]);

        public FakeTimeProvider Clock { get; } = new();
        public List<ProcessEvent> Told { get; } = [];
        public TroubleEvents Events { get; }
        public string? State { get; set; }
        public string? Logs { get; set; }
        public int Armed => _armed.Count;
        public string Kinds => string.Join(' ', Told.Select(happened => $"{happened.Kind}:{happened.Reason![0]}"));

        public void Pass()
        {
            Clock.Advance(TroubleEvents.RecheckAfter);
            var due = _armed.ToArray();
            _armed.Clear();
            foreach (var look in due) look();
        }
    }

    [Test]
    public async Task It_begins_once_and_ends_once(CancellationToken cancellation)
    {
        var rig = new Rig();
        rig.Events.Check();
        await Assert.That(rig.Armed).IsEqualTo(0);
        rig.State = "a: No space left on device";
        for (var i = 0; i < 5; i++) rig.Events.Check();
        await Assert.That(rig.Armed).IsEqualTo(1);
        rig.State = "a: 17 are missing";
        rig.Pass();
        rig.Logs = "b";
        rig.Pass();
        await Assert.That(rig.Kinds).IsEqualTo("trouble:a trouble:b");
        rig.State = null;
        for (var i = 0; i < 6; i++) rig.Pass();
        await Assert.That(rig.Kinds).IsEqualTo("trouble:a trouble:b troubleOver:a");
        await Assert.That(rig.Told[^1].Reason!).StartsWith("a: No space left on device (since ");
        rig.Logs = null;
        for (var i = 0; i < 6; i++) rig.Pass();
        await Assert.That(rig.Kinds).IsEqualTo("trouble:a trouble:b troubleOver:a troubleOver:b");
        await Assert.That(rig.Armed).IsEqualTo(0);
    }

    [Test]
    public async Task A_disk_that_is_full_now_and_then_is_told_of_once(CancellationToken cancellation)
    {
        var rig = new Rig();
        for (var i = 0; i < 20; i++)
        {
            rig.State = i % 2 == 0 ? "a" : null;
            rig.Events.Check();
            rig.Pass();
        }
        await Assert.That(rig.Kinds).IsEqualTo("trouble:a");
    }
}
