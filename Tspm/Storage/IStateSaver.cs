using Tspm.Model.State;

namespace Tspm.Storage;

/// <summary>Saves the state to disk.</summary>
internal interface IStateSaver
{
    /// <summary>
    /// Requests a save. The task completes once this state, or a newer one, is on disk or could not be written.
    /// </summary>
    /// <returns>Null if the state is on disk, else the reason why it is not.</returns>
    Task<string?> Save(ProcessesFile state);

    /// <summary>
    /// Called, on any thread, when a retry after a failed save has put this state on disk. Must be set before the first
    /// save.
    /// </summary>
    Action<ProcessesFile>? SavedLater { get; set; }
}
