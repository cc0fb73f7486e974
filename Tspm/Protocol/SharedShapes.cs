// Each verb has its own pair of type names. Verbs whose requests or answers have the same members share one type,
// because each type costs the executable seven KB of metadata.

// Only selectors.
global using EnvRequest = Tspm.Protocol.SelectorsRequest;
global using ResetRequest = Tspm.Protocol.SelectorsRequest;
global using FlushRequest = Tspm.Protocol.SelectorsRequest;

// Selectors, or all processes.
global using ReopenRequest = Tspm.Protocol.SelectionRequest;

// No members.
global using PingRequest = Tspm.Protocol.EmptyRequest;
global using StatusRequest = Tspm.Protocol.EmptyRequest;
global using ShutdownRequest = Tspm.Protocol.EmptyRequest;

// A new child in place of the old one.
global using ReloadRequest = Tspm.Protocol.RestartRequest;

// The id of the first process.
global using AddResponse = Tspm.Protocol.StartResponse;

// Only an outcome for each instance.
global using StopResponse = Tspm.Protocol.ChangeResponse;
global using RestartResponse = Tspm.Protocol.ChangeResponse;
global using ReloadResponse = Tspm.Protocol.ChangeResponse;
global using DeleteResponse = Tspm.Protocol.ChangeResponse;
global using SignalResponse = Tspm.Protocol.ChangeResponse;
global using ResetResponse = Tspm.Protocol.ChangeResponse;
global using RenameResponse = Tspm.Protocol.ChangeResponse;
global using ScaleResponse = Tspm.Protocol.ChangeResponse;
global using FlushResponse = Tspm.Protocol.ChangeResponse;
global using ReopenResponse = Tspm.Protocol.ChangeResponse;
global using SendResponse = Tspm.Protocol.ChangeResponse;

using System.Text.Json.Serialization;

namespace Tspm.Protocol;

/// <summary>The request of a verb without parameters.</summary>
internal sealed class EmptyRequest;

/// <summary>The request of a verb whose only parameter is its selectors.</summary>
internal sealed class SelectorsRequest
{
    public required IReadOnlyList<string> Selectors { get; init; }
}

/// <summary>The request of a verb whose only parameter is its selectors, which may be missing.</summary>
internal sealed class SelectionRequest
{
    /// <summary>Null or empty means all.</summary>
    public IReadOnlyList<string>? Selectors { get; init; }
}

/// <summary>
/// The answer of a verb that changes processes, with one outcome per instance (for <c>scale</c>, one for each instance
/// that was added or removed, or for all if none was). Base of the answers with more members.
/// </summary>
internal record ChangeResponse
{
    /// <summary>Whether everything that was requested was done and saved.</summary>
    public required bool Success { get; init; }
    public required IReadOnlyList<ProcessOutcome> Processes { get; init; }
    /// <summary>What failed, in sentences; "not saved: REASON" if the change took effect but is not on disk.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Error { get; init; }
    /// <summary>
    /// Remarks that are not failures: other processes that were started too, or that keep running without their
    /// dependencies.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public IReadOnlyList<string>? Notes { get; init; }
}
