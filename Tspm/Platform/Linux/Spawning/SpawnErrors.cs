using Tspm.Libc;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>Explains the error numbers of posix_spawn.</summary>
internal static class SpawnErrors
{
    /// <summary>Returns the reason, for the end of a sentence that says what could not be started.</summary>
    public static string Reason(int errno) =>
        Errno.Describe(errno) + (IsShortage(errno) ? " (too many processes, or too little memory)" : "");

    /// <summary>
    /// Says what failed, and at which stage, provided that the files of the child could be opened. The error number
    /// alone does not identify the stage, so the directory is checked again.
    /// </summary>
    public static SpawnFailure Explain(string program, string workingDirectory, int errno)
    {
        if (ProgramLookup.CheckDirectory(workingDirectory) is { } noDirectory) return noDirectory;
        return IsShortage(errno)
            ? new SpawnFailure(LinuxSpawner.CreateStage, errno, $"cannot create a process: {Reason(errno)}")
            : ProgramLookup.ExecuteFailure(program, workingDirectory, errno);
    }

    static bool IsShortage(int errno) => errno is Errno.EAGAIN or Errno.ENOMEM;
}
