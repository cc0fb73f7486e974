namespace Tspm.Config.Validation;

/// <summary>A script without which a start makes no sense.</summary>
/// <param name="Path">Where it has to be.</param>
/// <param name="Folder">The working directory.</param>
/// <param name="Sentence">What to say when it is not there.</param>
internal sealed record NeededScript(string Path, string Folder, string Sentence)
{
    /// <summary>The sentence; null: it is there. Of a folder that is not there, the start itself says so.</summary>
    public string? LookUp() =>
        Platform.FileSystem.IsMissing(Path) && !Platform.FileSystem.IsMissing(Folder) ? Sentence : null;
}
