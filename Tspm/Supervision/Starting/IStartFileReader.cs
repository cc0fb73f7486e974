using Tspm.Config.Validation;

namespace Tspm.Supervision.Starting;

/// <summary>Reads the files that a start depends on: each time anew, because people change them.</summary>
internal interface IStartFileReader
{
    /// <summary>A sentence about a script that is not there; null: it is. Looks at once.</summary>
    string? LookUp(NeededScript script);

    /// <summary>
    /// Reads all of them on another thread, and tells the result there, once. A file system that does not answer keeps
    /// this reading and no other.
    /// </summary>
    void Read(StartFilesRequest request, Action<StartFiles> done);
}
