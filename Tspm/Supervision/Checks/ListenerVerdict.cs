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
/// <param name="Problem">Why the answer does not count; null if it counts.</param>
/// <param name="Note">A remark about an answer that counts; null if it came from the child itself.</param>
internal readonly record struct ListenerVerdict(string? Problem, string? Note)
{
    /// <summary>The port that a probe connects to; null if it connects to none.</summary>
    public static int? PortOf(Probe? probe) => probe switch
    {
        { Tcp: { } place } => HostPort.Parse(place)?.Port,
        { Http: { } url } => HttpAddress.Parse(url)?.Place.Port,
        _ => null,
    };

    /// <summary>Judges an answer from another machine, or from an unknown address (null).</summary>
    public static ListenerVerdict OnRemote(DialedAddress? address) => new(null, address is null
        ? null : $"{address} is on another machine, so it is not known which program answered");

    /// <summary>Judges an answer from this machine.</summary>
    /// <param name="address">Where the probe connected to.</param>
    /// <param name="facts">Who listens there.</param>
    /// <param name="before">The listeners before the child was started; null if unknown.</param>
    public static ListenerVerdict On(DialedAddress address, ListenerFacts facts, IReadOnlySet<ulong>? before) =>
        facts switch
        {
            { IsOwn: true } => new(null, null),
            { Sockets: null } => Counts($"it cannot be seen which program answered at {address}"),
            { Sockets.Count: 0 } =>
                Counts($"no listener on {address} is visible from here (another network namespace, or forwarded "
                    + "packets), so it is not known which program answered"),
            _ when before is not null && !facts.Sockets.All(before.Contains) =>
                Counts($"{address} was answered by a listener that appeared after the start and is not in "
                    + "its process tree"),
            { IsOwn: null } => Counts($"it cannot be seen which program answered at {address}"),
            _ when before is null =>
                Counts($"{address} was answered by a listener that is not in its process tree; "
                    + "it is not known whether that was there before the start"),
            _ => new($"{address} is answered by {facts.Holder ?? "another program"}, "
                + "which was already listening there before the start", null),
        };

    static ListenerVerdict Counts(string note) => new(null, note);
}
