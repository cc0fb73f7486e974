using System.IO.Hashing;
using System.Text;
using Tspm.Platform;
using Tspm.Protocol;

namespace Tspm.Boot;

/// <summary>Who wrote the file at the path of a <see cref="MarkedFile"/>.</summary>
internal enum MarkedState
{
    /// <summary>There is no file.</summary>
    Absent,
    /// <summary>The file is exactly as some version of Tspm has written it.</summary>
    Ours,
    /// <summary>Someone else has written or changed the file: it is replaced only on request.</summary>
    Changed,
}

/// <summary>
/// A file that Tspm writes for another program, with a mark that contains the hash of the rest of the file. By the
/// mark, a file from an older version is distinguished from one that the user has changed.
/// </summary>
/// <param name="path">Path of the file.</param>
/// <param name="open">Begins a comment in the format of the file.</param>
/// <param name="close">Ends a comment; may be empty.</param>
internal sealed class MarkedFile(string path, string open, string close)
{
    const string Mark = "tspm-mark: ";

    /// <summary>Readable by everyone, as service managers expect; the file contains no secrets.</summary>
    const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    const int MaxBytes = 1 << 20;

    public string Path => path;

    /// <summary>Puts the mark, the version and the hint above a text, as comments.</summary>
    /// <param name="text">The content without comments.</param>
    /// <param name="hint">A sentence that says where the user's own settings belong.</param>
    public string Marked(string text, string hint)
    {
        var body = $"{open}Written by tspm {ProductVersion.Current}. {hint}{close}\n{text}";
        return $"{Head}{open}{Mark}{HashOf(body)}{close}\n{body}";
    }

    /// <summary>Reads the file.</summary>
    /// <param name="text">Its text; empty if it is absent or unreadable.</param>
    public MarkedState Read(out string text)
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

    /// <summary>Lines that the format requires above any comment (the XML declaration); may be empty.</summary>
    public string Head { get; init; } = "";

    /// <summary>
    /// Replaces the file atomically, and creates its folder. Throws <see cref="IOException"/> or
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
