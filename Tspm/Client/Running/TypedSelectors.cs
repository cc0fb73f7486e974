using Tspm.Client.Connection;
using Tspm.Client.Defining;
using Tspm.Client.Offline;
using Tspm.Model.Selecting;
using Tspm.Protocol;

namespace Tspm.Client.Running;

/// <summary>The selectors of a request that changes something, as the user typed them.</summary>
internal static class TypedSelectors
{
    /// <summary>The selectors of any request.</summary>
    /// <returns>Empty if it needs no process that exists already.</returns>
    public static IReadOnlyList<string> Of(object request) => request switch
    {
        StartRequest { Define: null or { Count: 0 } } start => start.Selectors ?? [],
        StopRequest stop => stop.Selectors,
        RestartRequest restart => restart.Selectors,
        DeleteRequest delete => delete.Selectors,
        SetRequest set => set.Selectors,
        SignalRequest signal => signal.Selectors,
        SelectorsRequest other => other.Selectors,
        SelectionRequest other => other.Selectors ?? [],
        ScaleRequest scale => [scale.Selector],
        RenameRequest rename => [rename.Selector],
        SendRequest send => [send.Selector],
        _ => [],
    };

    /// <summary>Whether one of the selectors is this very instance, such as <c>web:0</c>.</summary>
    public static bool Name(IReadOnlyList<string> selectors, ProcessOutcome process)
    {
        foreach (var text in selectors)
        {
            if (Selector.Parse(text) is not { Kind: SelectorKind.Instance } selector) continue;
            if (selector.Instance != process.Instance) continue;
            var isId = Selector.TryNumber(selector.Body, out var id) && id == process.Id;
            if (isId || selector.Body == process.Name) return true;
        }
        return false;
    }

    /// <summary>
    /// Refuses selectors that match no saved process, for the moment before a daemon would be started for them: it
    /// would have nothing to do.
    /// </summary>
    /// <exception cref="DaemonException">A selector matches nothing.</exception>
    public static void RefuseUnknown(ClientSession session, string verb, object request)
    {
        if (Of(request) is not { Count: > 0 } selectors) return;
        if (OfflineProcesses.Refusal(session.Home, selectors, verb == "start") is { } refusal) throw refusal;
    }

    /// <summary>
    /// Completes the message about an unknown process: of several words, the others might have been taken care of.
    /// </summary>
    public static DaemonException Explain(DaemonException unknown, string verb, object request)
    {
        var nothing = Of(request).Count > 1 ? $"{Nothing(verb)}: " : "";
        return new DaemonException(
            unknown.Code, nothing + unknown.Message + FileSelector.Hint(verb, request), unknown.Data);
    }

    static string Nothing(string verb) => verb switch
    {
        "start" => "nothing was started",
        "stop" => "nothing was stopped",
        "restart" => "nothing was restarted",
        "reload" => "nothing was reloaded",
        "delete" => "nothing was deleted",
        "signal" => "no signal was sent",
        "flush" => "no log was emptied",
        "reopen" => "no log was reopened",
        _ => "nothing was changed",
    };
}
