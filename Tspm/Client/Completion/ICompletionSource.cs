using Tspm.Model.State;

namespace Tspm.Client.Completion;

/// <summary>What candidates are made from, read only when a candidate needs it. Nothing throws.</summary>
internal interface ICompletionSource
{
    /// <summary>The saved processes; empty if they cannot be read.</summary>
    IReadOnlyList<ProcessDefinition> Processes();

    /// <summary>Names and addresses for <c>-H</c>.</summary>
    IReadOnlyList<string> Hosts();

    /// <summary>The entries of a folder; empty if it cannot be read.</summary>
    List<FolderEntry> Entries(string folder);
}

/// <summary>An entry of a folder.</summary>
internal sealed class FolderEntry(string name, bool isFolder, bool isExecutable)
{
    public string Name => name;

    public bool IsFolder => isFolder;

    /// <summary>A file that this user may execute.</summary>
    public bool IsExecutable => isExecutable;
}
