using System.Globalization;
using Tspm.Model.State;

namespace Tspm.Daemon;

/// <summary>
/// Records an event when the daemon becomes unable to write something, and another when it can write again, because
/// <c>status</c> shows only the present. Whoever meets a trouble calls <see cref="Check()"/>. While a trouble lasts, it
/// is checked periodically; otherwise no timer runs. Used on the supervisor's thread.
/// </summary>
/// <param name="append">Appends an event to the event log.</param>
/// <param name="clock">Measures when a trouble began and for how long it has been gone.</param>
/// <param name="after">Runs an action after a delay.</param>
/// <param name="sources">Each returns the sentence that describes its trouble, or null if there is none.</param>
internal sealed class TroubleEvents(
    Action<ProcessEvent> append, TimeProvider clock, Action<TimeSpan, Action> after,
    IReadOnlyList<Func<string?>> sources)
{
    public static readonly TimeSpan RecheckAfter = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a trouble must be gone before it counts as over, so that a disk that is full now and then is reported
    /// once.
    /// </summary>
    public static readonly TimeSpan OverAfter = TimeSpan.FromSeconds(3);

    readonly Trouble?[] _troubles = new Trouble?[sources.Count];
    bool _isArmed;

    sealed class Trouble(string sentence, DateTimeOffset since)
    {
        public string Sentence => sentence;

        public DateTimeOffset Since => since;

        /// <summary>The monotonic timestamp since which the trouble is gone; null while it lasts.</summary>
        public long? GoneAt { get; set; }
    }

    /// <summary>Checks all sources, because a trouble may have begun or ended.</summary>
    public void Check()
    {
        var isTrouble = false;
        for (var i = 0; i < _troubles.Length; i++)
        {
            Check(i, sources[i]());
            isTrouble |= _troubles[i] is not null;
        }
        if (!isTrouble || _isArmed) return;
        _isArmed = true;
        after(RecheckAfter, () =>
        {
            _isArmed = false;
            Check();
        });
    }

    void Check(int source, string? now)
    {
        var known = _troubles[source];
        if (now is not null)
        {
            if (known is not null) known.GoneAt = null;
            else Begin(source, now);
        }
        else if (known is not null)
        {
            known.GoneAt ??= clock.GetTimestamp();
            if (clock.GetElapsedTime(known.GoneAt.Value) < OverAfter) return;
            _troubles[source] = null;
            // The event of the beginning may be missing: the same trouble may have prevented its being written.
            var since = known.Since.ToLocalTime().ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
            append(new ProcessEvent { Kind = EventKind.TroubleOver, Reason = $"{known.Sentence} (since {since})" });
        }
    }

    void Begin(int source, string sentence)
    {
        _troubles[source] = new Trouble(sentence, clock.GetUtcNow());
        append(new ProcessEvent { Kind = EventKind.Trouble, Reason = sentence });
    }
}
