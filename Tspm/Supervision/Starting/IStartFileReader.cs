using Tspm.Config.Validation;

namespace Tspm.Supervision.Starting;

/// <summary>Reads the files that a start depends on, anew for each start, because people edit them.</summary>
internal interface IStartFileReader
{
    /// <summary>Checks at once whether a script exists.</summary>
    /// <returns>A sentence about the missing script, or null if it exists.</returns>
    string? LookUp(NeededScript script);

    /// <summary>
    /// Reads the files on another thread and calls back there, once. A file system that does not respond delays only
    /// this read.
    /// </summary>
    void Read(StartFilesRequest request, Action<StartFiles> done);
}
