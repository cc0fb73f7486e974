using Tspm.Protocol;

namespace Tspm.Client.Output.Describing;

/// <summary>One instance as <c>describe</c> shows it.</summary>
/// <param name="Process">The daemon's description, with the values of env.</param>
/// <param name="Name">Its name without control characters, with the instance if there are several.</param>
/// <param name="LastLines">The last lines that it printed, without colours and other sequences.</param>
/// <param name="ShowsSecrets">Whether to show the values of env that look like secrets.</param>
internal sealed record Described(
    ProcessDescription Process, string Name, IReadOnlyList<string> LastLines, bool ShowsSecrets)
{
    public ProcessStatus Status => Process.Status;

    /// <summary>
    /// The name of the daemon's user, as whom a process without a user runs; null if that is not known.
    /// </summary>
    public string? DaemonUser { get; init; }
}
