using Tspm.Config.Validation;

namespace Tspm.Supervision.Starting;

/// <summary>
/// Reads the files that a start depends on, anew for each start, because people edit them. Everything is read on
/// another thread, so a file system that does not respond delays only the requests that need it.
/// </summary>
internal interface IStartFileReader
{
    /// <summary>Reads the files and calls back once, on the thread that read them.</summary>
    void Read(StartFilesRequest request, Action<StartFiles> done);

    /// <summary>
    /// Checks which scripts are missing and calls back once, on the thread that checked, or at once if there is
    /// nothing to check.
    /// </summary>
    void FindMissing(IReadOnlyCollection<NeededScript> scripts, Action<IReadOnlySet<NeededScript>> done);
}
