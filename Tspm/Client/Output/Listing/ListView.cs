using Tspm.Protocol;

namespace Tspm.Client.Output.Listing;

/// <summary>What a list that is updated in place shows.</summary>
/// <param name="Shown">The processes, in their order.</param>
/// <param name="All">All processes, before the flags made a selection.</param>
/// <param name="Problem">Why the processes are not up to date; null if they are.</param>
internal sealed record ListView(
    IReadOnlyList<ProcessStatus> Shown, IReadOnlyList<ProcessStatus> All, string? Problem);
