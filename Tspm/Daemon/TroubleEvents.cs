using System.Globalization;
using Tspm.Model.State;

namespace Tspm.Daemon;

/// <summary>
/// Records when the daemon becomes unable to write something, and when it can again: <c>status</c> shows only the
/// present. Whatever meets a trouble calls <see cref="Look()"/>. As long as one lasts, it is checked again and again;
/// without one, nothing runs. Used on the supervisor's thread.
/// </summary>
/// <param name="tell">Takes an event.</param>
/// <param name="clock">For the time of the beginning, and for how long it has been over.</param>
/// <param name="after">Runs something later.</param>
/// <param name="sources">What can be in trouble: its sentence, or null.</param>
internal sealed class TroubleEvents(
    Action<ProcessEvent> tell, TimeProvider clock, Action<TimeSpan, Action> after, IReadOnlyList<Func<string?>> sources)
{
    public static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>A disk that is full now and then is told of once.</summary>
    public static readonly TimeSpan OverAfter = TimeSpan.FromSeconds(3);

    readonly Trouble?[] _troubles = new Trouble?[sources.Count];
    bool _isArmed;

    sealed class Trouble(string sentence, DateTimeOffset since)
    {
        public string Sentence => sentence;

        public DateTimeOffset Since => since;

        /// <summary>Since when nothing is heard of it, on the monotonic clock; null: it is there.</summary>
        public long? GoneAt { get; set; }
    }

    /// <summary>Something may have changed.</summary>
    public void Look()
    {
        var isTrouble = false;
        for (var i = 0; i < _troubles.Length; i++)
        {
            Look(i, sources[i]());
            isTrouble |= _troubles[i] is not null;
        }
        if (!isTrouble || _isArmed) return;
        _isArmed = true;
        after(LookAgainAfter, () =>
        {
            _isArmed = false;
            Look();
        });
    }

    void Look(int source, string? now)
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
            // The event of the beginning may be missing, for the same reason.
            var since = known.Since.ToLocalTime().ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
            tell(new ProcessEvent { Kind = EventKind.TroubleOver, Reason = $"{known.Sentence} (since {since})" });
        }
    }

    void Begin(int source, string sentence)
    {
        _troubles[source] = new Trouble(sentence, clock.GetUtcNow());
        tell(new ProcessEvent { Kind = EventKind.Trouble, Reason = sentence });
    }
}
