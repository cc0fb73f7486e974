using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Client;

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
        StartRequest { Selectors: { Count: > 0 } known, Define: null } => known,
        StartRequest { Selectors: null or { Count: 0 }, Define: { Count: > 0 } define } => NamesOf(define),
        // What goes because it is not in the list is waited for, too.
        ApplyRequest { Prune: false } apply => NamesOf(apply.Define),
        _ => null,
    };

    static List<string>? NamesOf(IReadOnlyList<ProcessConfig> configs) =>
        configs.Count > 0 && configs.All(static config => config.Name is not null)
            ? configs.Select(static config => config.Name!) : null;
}
