using Tspm.Config;
using Tspm.Model.Config;
using Tspm.Protocol;

namespace Tspm.Client.Connection;

/// <summary>Which processes a request makes somebody wait for, as selectors.</summary>
internal static class AwaitedProcesses
{
    /// <summary>Null: the request does not name them all, so any may be meant.</summary>
    public static IReadOnlyList<string>? Of(object? request) => request switch
    {
        StopRequest stop => stop.Selectors,
        RestartRequest restart => restart.Selectors,
        DeleteRequest delete => delete.Selectors,
        SetRequest set => set.Selectors,
        ScaleRequest scale => [scale.Selector],
        // What is known by these words is started; if nothing is, they are commands, and get names (see Otherwise).
        StartRequest { Selectors: { Count: > 0 } known } => known,
        StartRequest { Define: { Count: > 0 } define } => NamesOf(define),
        // What goes because it is not in the list is waited for, too.
        ApplyRequest { Prune: false } apply => NamesOf(apply.Define),
        _ => null,
    };

    /// <summary>The same, when the words of the request mean no process; null: any may be meant.</summary>
    public static IReadOnlyList<string>? Otherwise(object? request) =>
        request is StartRequest { Selectors: { Count: > 0 }, Define: { Count: > 0 } define } ? NamesOf(define) : null;

    static List<string>? NamesOf(IReadOnlyList<ProcessConfig> configs) =>
        configs.Count > 0 ? [.. configs.Select(static config => DefaultProcessName.Fill(config).NameOrEmpty)] : null;
}
