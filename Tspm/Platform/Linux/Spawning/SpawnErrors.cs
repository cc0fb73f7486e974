using Tspm.Libc;
using Tspm.Model.State;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>The error numbers of posix_spawn in words.</summary>
internal static class SpawnErrors
{
    /// <summary>The end of a sentence that says what could not be started.</summary>
    public static string Reason(int errno) =>
        Errno.Describe(errno) + (IsShortage(errno) ? " (too many processes, or too little memory)" : "");

    /// <summary>
    /// What failed, and at which stage, when the files of a child could be opened before. The error number alone does
    /// not tell the stage, so the directory is looked at again.
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
