using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Tspm.Config.Import;

/// <summary>What lies at the path of a script, as far as it decides what runs it.</summary>
internal enum ScriptKind
{
    /// <summary>Nothing: if anything, it is a program on the PATH.</summary>
    None,

    /// <summary>The system runs it: a binary, or an executable file that names its interpreter (<c>#!</c>).</summary>
    Program,

    /// <summary>Text that only an interpreter can run.</summary>
    Text,
}

/// <summary>
/// PM2 gives a file without a known ending to node unless it is a binary: Express's <c>bin/www</c> is the best known
/// one.
/// </summary>
internal static class ScriptFile
{
    const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Reads the first bytes of a regular file; nothing that blocks is opened.</summary>
    public static ScriptKind Look(string path)
    {
        using var file = Platform.RegularFile.Open(path, out var problem);
        if (file is null)
            return problem!.Kind == Platform.FileProblemKind.NotPermitted ? ScriptKind.Program : ScriptKind.None;
        Span<byte> begin = stackalloc byte[512];
        begin = begin[..ReadBegin(file, begin)];
        if (begin.Contains((byte)0)) return ScriptKind.Program;
        return begin.StartsWith("#!"u8) && (File.GetUnixFileMode(path) & Executable) != 0 ? ScriptKind.Program
            : ScriptKind.Text;
    }

    /// <summary>
    /// The program that an executable file names in its first line (man 2 execve), without its folder: "python3" for
    /// <c>#!/usr/bin/env -S python3 -u</c>. Null: it names none, or is not executable.
    /// </summary>
    public static string? OwnInterpreter(string path)
    {
        using var file = Platform.RegularFile.Open(path, out _);
        if (file is null || (File.GetUnixFileMode(path) & Executable) == 0) return null;
        Span<byte> begin = stackalloc byte[512];
        begin = begin[..ReadBegin(file, begin)];
        if (!begin.StartsWith("#!"u8)) return null;
        var end = begin.IndexOf((byte)'\n');
        var words = Encoding.UTF8.GetString(end < 0 ? begin[2..] : begin[2..end])
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) return null;
        var first = Path.GetFileName(words[0]);
        if (first != "env") return first;
        // Options of env and variables may be in between (man 1 env).
        foreach (var word in words.AsSpan(1))
            if (word[0] != '-' && !word.Contains('=')) return Path.GetFileName(word);
        return null;
    }

    static int ReadBegin(SafeFileHandle file, Span<byte> buffer)
    {
        try
        {
            return RandomAccess.Read(file, buffer, 0);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
