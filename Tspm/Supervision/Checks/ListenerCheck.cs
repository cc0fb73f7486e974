using Tspm.Model.Config;
using Tspm.Platform;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Whether an answer to a <c>tcp</c> or <c>http</c> probe may be the child's. Somebody else's program on the same port
/// answers just as well, and the child that could not open the port would count as ready. So who listened there before
/// the child was started is written down, and an answer of one of those does not count, unless the child has that
/// socket open itself (it was passed on). Who came later may act for the child (docker-proxy, a helper that left the
/// tree): that counts, with a note, and so does what cannot be seen.
/// </summary>
internal sealed class ListenerCheck
{
    readonly ITcpListeners _listeners;
    readonly IReadOnlySet<ulong>? _before;
    volatile string? _note;

    /// <param name="listeners">Who listens.</param>
    /// <param name="before">What an earlier daemon wrote down; null: nothing.</param>
    /// <param name="note">What an earlier daemon noted.</param>
    public ListenerCheck(ITcpListeners listeners, IReadOnlyList<ulong>? before, string? note)
    {
        _listeners = listeners;
        _before = before is null ? null : new HashSet<ulong>(before);
        _note = note;
    }

    /// <summary>
    /// Writes down who listens now. To be made immediately before the child is started: whoever is seen later may be
    /// the child's own, also one that has left its tree. One that was not there yet at the reading counts as later.
    /// </summary>
    /// <param name="listeners">Who listens.</param>
    /// <param name="port">On which port.</param>
    public ListenerCheck(ITcpListeners listeners, int port) =>
        (_listeners, _before) = (listeners, listeners.ListeningOn(port));

    /// <summary>The port that a probe connects to; null: it connects to none.</summary>
    public static int? PortOf(Probe? probe) => probe switch
    {
        { Tcp: { } place } => HostPort.Parse(place)?.Port,
        { Http: { } url } => HttpAddress.Parse(url)?.Place.Port,
        _ => null,
    };

    /// <summary>Who listened before the child was started, for the record; null: not known.</summary>
    public IReadOnlyList<ulong>? Before => _before is { } before ? [.. before] : null;

    /// <summary>What people should know about the last answer that counted; null: it was the child's own.</summary>
    public string? Note => _note;

    /// <summary>Tells, on any thread, what a good answer is worth: null, or why it does not count.</summary>
    /// <param name="address">Who answered; null: that is not known.</param>
    /// <param name="pid">The child.</param>
    /// <param name="told">Called once.</param>
    public void Judge(DialedAddress? address, int pid, Action<string?> told)
    {
        if (address is not { IsLocal: true })
        {
            _note = address is null ? null : $"{address} is on another machine: whose answer that was is not known";
            told(null);
        }
        else _listeners.Inspect(address, pid, _before ?? new HashSet<ulong>(), facts =>
        {
            var (problem, note) = Verdict(address, facts, _before);
            _note = note;
            told(problem);
        });
    }

    /// <summary>The rule; at most one of the two is not null.</summary>
    public static (string? Problem, string? Note) Verdict(
        DialedAddress address, ListenerFacts facts, IReadOnlySet<ulong>? before) => facts switch
        {
            { IsOwn: true } => (null, null),
            { Sockets: null } => (null, $"whose listener answered at {address} cannot be seen"),
            { Sockets.Count: 0 } =>
                (null, $"no listener on {address} can be seen from here (a network namespace, or packets that are "
                    + "passed on): whose answer that was is not known"),
            _ when before is not null && !facts.Sockets.All(before.Contains) =>
                (null, $"{address} was answered by a listener that came after the start and is not of "
                    + "its process tree"),
            { IsOwn: null } => (null, $"whose listener answered at {address} cannot be seen"),
            _ when before is null =>
                (null, $"{address} was answered by a listener that is not of its process tree; "
                    + "whether that was there before it is not known"),
            _ => ($"{address} is answered by {facts.Holder ?? "another program"}, "
                + "which listened there before this one was started", null),
        };
}
