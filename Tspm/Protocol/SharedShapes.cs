// One pair of names per verb, as the contract has it; verbs whose requests or answers have the same members share the
// type: each of its own costs the executable seven KB of metadata.

// Which processes, and nothing else.
global using EnvRequest = Tspm.Protocol.SelectorsRequest;
global using ResetRequest = Tspm.Protocol.SelectorsRequest;
global using FlushRequest = Tspm.Protocol.SelectorsRequest;

// Which, or all.
global using ReopenRequest = Tspm.Protocol.ListRequest;

// Nothing.
global using PingRequest = Tspm.Protocol.EmptyRequest;
global using StatusRequest = Tspm.Protocol.EmptyRequest;
global using ShutdownRequest = Tspm.Protocol.EmptyRequest;

// A new child behind the old one, or beside it.
global using ReloadRequest = Tspm.Protocol.RestartRequest;

// The number of the first one.
global using AddResponse = Tspm.Protocol.StartResponse;

// An outcome for each instance, and nothing else.
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

/// <summary>Of a verb that asks for nothing.</summary>
internal sealed class EmptyRequest;

/// <summary>Of a verb that is only told which.</summary>
internal sealed class SelectorsRequest
{
    public required IReadOnlyList<string> Selectors { get; init; }
}

/// <summary>
/// What a changing verb did, one outcome per instance (<c>scale</c>: for each that came or went, for all of them when
/// none did). Base of the answers that say more.
/// </summary>
internal record ChangeResponse
{
    /// <summary>Everything asked for was done and saved.</summary>
    public required bool Success { get; init; }
    public required IReadOnlyList<ProcessOutcome> Processes { get; init; }
    /// <summary>
    /// Partial success: what did not work, in sentences; "not saved: REASON" when the effect is there but not on disk.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Error { get; init; }
    /// <summary>
    /// What somebody should know of although it is no failure: what was started too, what runs on without what it
    /// depends on.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public IReadOnlyList<string>? Notes { get; init; }
}
