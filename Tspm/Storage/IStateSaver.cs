using Tspm.Model.State;

namespace Tspm.Storage;

/// <summary>Puts the state on disk.</summary>
internal interface IStateSaver
{
    /// <summary>
    /// Asks for this state (or a newer one) to be on disk. The result is null when it is, else the reason why not.
    /// </summary>
    Task<string?> Save(ProcessesFile state);

    /// <summary>
    /// Called, on any thread, with a state that is on disk after a save that had failed. Set before the first save.
    /// </summary>
    Action<ProcessesFile>? SavedLater { get; set; }
}
