using Tspm.Platform;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Finds out who answered a <c>tcp</c> or <c>http</c> probe of a child, for <see cref="ListenerVerdict"/> to decide
/// whether the answer counts.
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
        if (address is not { IsLocal: true }) Report(ListenerVerdict.OnRemote(address));
        else _listeners.Inspect(address, pid, _before ?? new HashSet<ulong>(),
            facts => Report(ListenerVerdict.On(address, facts, _before)));

        void Report(ListenerVerdict verdict)
        {
            _note = verdict.Note;
            judged(verdict.Problem);
        }
    }
}
