namespace Tspm.Config.Validation;

/// <summary>A script without which a start makes no sense.</summary>
/// <param name="Path">The absolute path at which the script must exist.</param>
/// <param name="Folder">The working directory.</param>
/// <param name="Sentence">The error message if it does not.</param>
internal sealed record NeededScript(string Path, string Folder, string Sentence)
{
    /// <summary>No scripts.</summary>
    public static readonly IReadOnlySet<NeededScript> None = new HashSet<NeededScript>();

    /// <summary>
    /// Reads the file system. A missing folder does not make the script missing: the start itself reports the folder.
    /// </summary>
    public bool IsMissing() => Platform.FileSystem.IsMissing(Path) && !Platform.FileSystem.IsMissing(Folder);
}
