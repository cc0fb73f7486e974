namespace Tspm.Client.Completion;

/// <summary>Which files are candidates. Folders always are, because files are in them.</summary>
internal enum PathKind
{
    /// <summary>All files.</summary>
    Any,

    /// <summary>No files.</summary>
    Folders,

    /// <summary>Files that may define processes, of Tspm or of another tool.</summary>
    Configs,

    /// <summary>What <c>start</c> may start: executables and scripts.</summary>
    Programs,
}
