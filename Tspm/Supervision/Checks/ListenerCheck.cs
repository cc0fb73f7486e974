using Tspm.Model.Config;
using Tspm.Platform;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Decides whether an answer to a <c>tcp</c> or <c>http</c> probe may come from the child. Another program on the same
/// port answers just as well, so a child that could not open the port would count as ready. Therefore the listeners
/// present before the start are recorded, and an answer from one of them does not count unless the child itself has
/// that socket open (it was passed on). A listener that appeared later may act for the child (docker-proxy, a helper
/// that left the tree): its answer counts, with a note. So does an answer whose listener cannot be identified.
/// </summary>
internal sealed class ListenerCheck
{
    readonly ITcpListeners _listeners;
    readonly IReadOnlySet<ulong>? _before;
    volatile string? _note;

    /// <param name="listeners">Finds who listens on a port.</param>
    /// <param name="before">The listeners that an earlier daemon recorded; null if it recorded none.</param>
    /// <param name="note">The note of an earlier daemon.</param>
    public ListenerCheck(ITcpListeners listeners, IReadOnlyList<ulong>? before, string? note)
    {
        _listeners = listeners;
        _before = before is null ? null : new HashSet<ulong>(before);
        _note = note;
    }

    /// <summary>
    /// Records the current listeners. Create this immediately before starting the child: a listener that appears later
    /// may belong to the child, even to a descendant that has left its tree.
    /// </summary>
    /// <param name="listeners">Finds who listens on a port.</param>
    /// <param name="port">The port to look at.</param>
    public ListenerCheck(ITcpListeners listeners, int port) =>
        (_listeners, _before) = (listeners, listeners.ListeningOn(port));

    /// <summary>The port that a probe connects to; null if it connects to none.</summary>
    public static int? PortOf(Probe? probe) => probe switch
    {
        { Tcp: { } place } => HostPort.Parse(place)?.Port,
        { Http: { } url } => HttpAddress.Parse(url)?.Place.Port,
        _ => null,
    };

    /// <summary>The listeners before the child was started, for the run record; null if unknown.</summary>
    public IReadOnlyList<ulong>? Before => _before is { } before ? [.. before] : null;

    /// <summary>A remark about the last answer that counted; null if it came from the child itself.</summary>
    public string? Note => _note;

    /// <summary>Decides whether a successful answer counts.</summary>
    /// <param name="address">Who answered; null if unknown.</param>
    /// <param name="pid">The child.</param>
    /// <param name="judged">
    /// Called once, on any thread, with null if the answer counts, otherwise with the reason why not.
    /// </param>
    public void Judge(DialedAddress? address, int pid, Action<string?> judged)
    {
        if (address is not { IsLocal: true })
        {
            _note = address is null
                ? null : $"{address} is on another machine, so it is not known which program answered";
            judged(null);
        }
        else _listeners.Inspect(address, pid, _before ?? new HashSet<ulong>(), facts =>
        {
            var (problem, note) = Verdict(address, facts, _before);
            _note = note;
            judged(problem);
        });
    }

    /// <summary>The rule itself. At most one of the two results is not null.</summary>
    public static (string? Problem, string? Note) Verdict(
        DialedAddress address, ListenerFacts facts, IReadOnlySet<ulong>? before) => facts switch
        {
            { IsOwn: true } => (null, null),
            { Sockets: null } => (null, $"it cannot be seen which program answered at {address}"),
            { Sockets.Count: 0 } =>
                (null, $"no listener on {address} is visible from here (another network namespace, or forwarded "
                    + "packets), so it is not known which program answered"),
            _ when before is not null && !facts.Sockets.All(before.Contains) =>
                (null, $"{address} was answered by a listener that appeared after the start and is not in "
                    + "its process tree"),
            { IsOwn: null } => (null, $"it cannot be seen which program answered at {address}"),
            _ when before is null =>
                (null, $"{address} was answered by a listener that is not in its process tree; "
                    + "it is not known whether that was there before the start"),
            _ => ($"{address} is answered by {facts.Holder ?? "another program"}, "
                + "which was already listening there before the start", null),
        };
}
