using System.Text;

namespace Tspm.Model.Config;

/// <summary>
/// What a process belongs to: the top-level <c>project</c> of the file that defines it, else that file's folder. Names
/// of processes are everybody's, so that this is what keeps the files of two projects from changing each other's
/// processes.
/// </summary>
internal static class ProjectName
{
    /// <summary>As long as a path.</summary>
    public const int MaxBytes = 4096;

    /// <summary>What it has to be, for sentences.</summary>
    public const string Expected = "text that is not blank, of at most 4096 bytes and without NUL characters";

    /// <summary>Whether it can be one.</summary>
    public static bool IsValid(string project) =>
        !string.IsNullOrWhiteSpace(project) && !project.Contains('\0')
            && Encoding.UTF8.GetByteCount(project) <= MaxBytes;

    /// <summary>With the folder in which it works, where the project does not say it itself.</summary>
    public static string Shown(string project, ProcessConfig config) =>
        project.StartsWith('/') ? project : $"{project} (in {config.ProjectDir})";
}
