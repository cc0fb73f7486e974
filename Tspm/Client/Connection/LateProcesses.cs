using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Connection;

/// <summary>Tells for which processes the answer to a request may still have to wait.</summary>
internal static class LateProcesses
{
    /// <summary>The processes that have not yet reached the state that the request asks for.</summary>
    public static List<ProcessStatus> Among(IReadOnlyList<ProcessStatus>? processes, string method) =>
        [.. (processes ?? []).Where(process => process.State switch
        {
            ProcessState.Stopping => true,
            ProcessState.Starting or ProcessState.Waiting => !EndsProcesses(method),
            ProcessState.Online => process.WaitsFor is not null,
            _ => false,
        })];

    /// <summary>Whether the answer may have to wait for processes.</summary>
    public static bool MayExist(string method) => EndsProcesses(method) || IsAmong(
        method, Methods.Start, Methods.Restart, Methods.Reload, Methods.Scale, Methods.Apply, Methods.Set);

    static bool EndsProcesses(string method) => IsAmong(method, Methods.Stop, Methods.Delete, Methods.Shutdown);

    static bool IsAmong(string method, params ReadOnlySpan<Method> methods)
    {
        foreach (var one in methods)
            if (one.Name == method) return true;
        return false;
    }
}
