using System.Text;

namespace Tspm.Model.Config;

/// <summary>
/// The project of a process: the top-level <c>project</c> of the file that defines the process or, if the file has
/// none, the folder of the file. Process names are global, so the project is what keeps the files of two projects from
/// changing each other's processes.
/// </summary>
internal static class ProjectName
{
    /// <summary>Maximum length, the same as that of a path.</summary>
    public const int MaxBytes = 4096;

    /// <summary>What a project name must be, for error messages.</summary>
    public const string Expected = "text that is not blank, of at most 4096 bytes and without NUL characters";

    /// <summary>Whether the text is a valid project name.</summary>
    public static bool IsValid(string project) =>
        !string.IsNullOrWhiteSpace(project) && !project.Contains('\0')
            && Encoding.UTF8.GetByteCount(project) <= MaxBytes;

    /// <summary>
    /// The project for messages: with the working directory of the process, unless the project is itself a path.
    /// </summary>
    public static string Shown(string project, ProcessConfig config) =>
        project.StartsWith('/') ? project : $"{project} (in {config.ProjectDir})";
}
