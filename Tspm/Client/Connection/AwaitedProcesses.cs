using Tspm.Config;
using Tspm.Model.Config;
using Tspm.Protocol;

namespace Tspm.Client.Connection;

/// <summary>Tells which processes the answer to a request waits for, as selectors.</summary>
internal static class AwaitedProcesses
{
    /// <returns>Null if the request does not name all of them, so it may be any.</returns>
    public static IReadOnlyList<string>? NamesIn(object? request) => request switch
    {
        StopRequest stop => stop.Selectors,
        RestartRequest restart => restart.Selectors,
        DeleteRequest delete => delete.Selectors,
        SetRequest set => set.Selectors,
        ScaleRequest scale => [scale.Selector],
        // Words that name processes start those; otherwise they are commands to define (see Otherwise).
        StartRequest { Selectors: { Count: > 0 } known } => known,
        StartRequest { Define: { Count: > 0 } define } => NamesOf(define),
        // With Prune, the answer also waits for processes that are not in the list.
        ApplyRequest { Prune: false } apply => NamesOf(apply.Define),
        _ => null,
    };

    /// <summary>The processes to look at if the selectors of the request match none.</summary>
    /// <returns>Null if it may be any.</returns>
    public static IReadOnlyList<string>? Otherwise(object? request) =>
        request is StartRequest { Selectors: { Count: > 0 }, Define: { Count: > 0 } define } ? NamesOf(define) : null;

    static List<string>? NamesOf(IReadOnlyList<ProcessConfig> configs) =>
        configs.Count > 0 ? [.. configs.Select(static config => DefaultProcessName.Fill(config).NameOrEmpty)] : null;
}
