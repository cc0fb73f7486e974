using System.IO.Hashing;
using System.Text;
using Tspm.Platform;
using Tspm.Protocol;

namespace Tspm.Boot;

/// <summary>What lies where a file of ours belongs.</summary>
internal enum MarkedState
{
    Absent,
    /// <summary>As some version of Tspm has written it.</summary>
    Ours,
    /// <summary>Written or changed by somebody: not to be touched without being told.</summary>
    Changed,
}

/// <summary>
/// A file that Tspm writes for others to read, with a mark: the hash of all that follows it. So a file of an older
/// version can be told from one that somebody has changed.
/// </summary>
/// <param name="path">Where.</param>
/// <param name="open">Begins a comment, and ends it.</param>
/// <param name="close">See <paramref name="open"/>.</param>
internal sealed class MarkedFile(string path, string open, string close)
{
    const string Mark = "tspm-mark: ";

    /// <summary>Everybody may read it: it holds no secret, and who looks at services does.</summary>
    const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    const int MaxBytes = 1 << 20;

    public string Path => path;

    /// <summary>A first line with the mark and the version, then the text.</summary>
    /// <param name="hint">Where one's own settings belong.</param>
    public string Marked(string text, string hint)
    {
        var body = $"{open}Written by tspm {ProductVersion.Current}. {hint}{close}\n{text}";
        return $"{Head}{open}{Mark}{HashOf(body)}{close}\n{body}";
    }

    public MarkedState Look(out string text)
    {
        text = "";
        if (RegularFile.Read(path, MaxBytes, out var problem) is not { } bytes)
            return problem!.Kind == FileProblemKind.Missing ? MarkedState.Absent : MarkedState.Changed;
        text = Encoding.UTF8.GetString(bytes);
        var start = text.IndexOf(open + Mark, StringComparison.Ordinal);
        var end = start < 0 ? -1 : text.IndexOf('\n', start);
        if (end < 0) return MarkedState.Changed;
        var mark = text[(start + open.Length + Mark.Length)..(end - close.Length)];
        return mark == HashOf(text[(end + 1)..]) && text[..start] == Head ? MarkedState.Ours : MarkedState.Changed;
    }

    /// <summary>What has to be the very first line of a format (XML's declaration); empty: nothing.</summary>
    public string Head { get; init; } = "";

    /// <summary>
    /// Replaces it whole; makes the folder. Throws <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    public void Write(string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        var temporary = path + ".tmp";
        File.WriteAllText(temporary, content);
        File.SetUnixFileMode(temporary, Mode);
        if (FileSystem.Rename(temporary, path) is { } problem) throw new IOException($"cannot write {path}: {problem}");
    }

    static string HashOf(string text) => Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(text)));
}
