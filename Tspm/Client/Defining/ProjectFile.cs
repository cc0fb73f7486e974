using Tspm.Client.Connection;
using Tspm.Config;
using Tspm.Config.Import;
using Tspm.Model.Config;
using Tspm.Protocol;

namespace Tspm.Client.Defining;

/// <summary>A file of processes and the project that they belong to, see <see cref="ProjectName"/>.</summary>
/// <param name="Project">What the file says, else its folder.</param>
/// <param name="Processes">In the order of the file.</param>
internal sealed record ProjectFile(string Project, IReadOnlyList<ProcessConfig> Processes)
{
    /// <summary>The one place that reads config files.</summary>
    /// <exception cref="DaemonException">It cannot be used; the message says where and why.</exception>
    public static ProjectFile Read(string path)
    {
        var kind = ForeignFile.Recognise(path);
        if (kind != FileKind.Tspm && StartWords.OtherTool(path, kind) is { } other) throw other;
        try
        {
            var folder = FolderOf(path);
            var file = ConfigFile.ReadAll(path, folder);
            return new ProjectFile(file.Project ?? folder, file.Processes);
        }
        catch (Exception mistake) when (mistake is ConfigFileException or TextFileException)
        {
            throw new DaemonException(ErrorCode.Failed, mistake.Message);
        }
    }

    /// <summary>The folder of a file of this machine, called as the shell calls it: a link stays the link.</summary>
    public static string FolderOf(string path) =>
        Path.GetDirectoryName(CurrentFolder.AbsoluteHere(path)) ?? "/";
}
