using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Tspm.Config.Import;

/// <summary>What a path leads to, as far as it decides what runs it.</summary>
internal enum ScriptKind
{
    /// <summary>There is no file; the name may be a program on the PATH.</summary>
    None,

    /// <summary>
    /// The system can execute the file: a binary, or an executable file that names its interpreter (<c>#!</c>).
    /// </summary>
    Program,

    /// <summary>A text that only an interpreter can run.</summary>
    Text,
}

/// <summary>
/// Inspects a file, because PM2 runs a file without a known ending with node unless the file is a binary. The
/// best-known example is <c>bin/www</c> of Express.
/// </summary>
internal static class ScriptFile
{
    const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The kind of a file. Only the first bytes of a regular file are read, so that nothing blocks.</summary>
    public static ScriptKind Look(string path)
    {
        using var file = Platform.RegularFile.Open(path, out var problem);
        if (file is null)
            return problem!.Kind == Platform.FileProblemKind.NotPermitted ? ScriptKind.Program : ScriptKind.None;
        Span<byte> begin = stackalloc byte[512];
        begin = begin[..ReadStart(file, begin)];
        if (begin.Contains((byte)0)) return ScriptKind.Program;
        return begin.StartsWith("#!"u8) && (File.GetUnixFileMode(path) & Executable) != 0 ? ScriptKind.Program
            : ScriptKind.Text;
    }

    /// <summary>
    /// The program that an executable file names in its first line (man 2 execve), without its folder: "python3" for
    /// <c>#!/usr/bin/env -S python3 -u</c>.
    /// </summary>
    /// <returns>Null if the file names none or is not executable.</returns>
    public static string? OwnInterpreter(string path)
    {
        using var file = Platform.RegularFile.Open(path, out _);
        if (file is null || (File.GetUnixFileMode(path) & Executable) == 0) return null;
        Span<byte> begin = stackalloc byte[512];
        begin = begin[..ReadStart(file, begin)];
        if (!begin.StartsWith("#!"u8)) return null;
        var end = begin.IndexOf((byte)'\n');
        var words = Encoding.UTF8.GetString(end < 0 ? begin[2..] : begin[2..end])
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) return null;
        var first = Path.GetFileName(words[0]);
        if (first != "env") return first;
        // Options of env and variables may come first (man 1 env).
        foreach (var word in words.AsSpan(1))
            if (word[0] != '-' && !word.Contains('=')) return Path.GetFileName(word);
        return null;
    }

    static int ReadStart(SafeFileHandle file, Span<byte> buffer)
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
