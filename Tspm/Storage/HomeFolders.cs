namespace Tspm.Storage;

/// <summary>
/// Creates the home and its folders (mode 0700), and refuses folders that other users could tamper with.
/// </summary>
internal static class HomeFolders
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// Called by the guardian before it creates anything in the home. Throws <see cref="HomeException"/> with the cause
    /// and the remedy.
    /// </summary>
    public static void Prepare(TspmHome home)
    {
        Platform.FileSystem.KeepOwnersRights();
        foreach (var folder in new[] { home.Path, home.RunFolder, home.LogFolder,
            Path.GetDirectoryName(home.SocketPath)! })
        {
            if (Platform.FileSystem.ForeignLink(folder) is { } link) throw new HomeException(link, notPermitted: true);
            // Each folder is checked before the next one is created inside it.
            Make(home, folder);
            if (Platform.FileSystem.OpenToOthers(folder) is { } problem)
                throw new HomeException(problem, notPermitted: true);
            var mode = File.GetUnixFileMode(folder);
            // The home's own mode keeps others out of everything below it, so the subfolders may be more open; but the
            // owner needs all rights in each of them.
            if ((mode & OwnerOnly) != OwnerOnly || (folder == home.Path && mode != OwnerOnly)) SetMode(folder);
        }
    }

    /// <summary>A file where the home, or a folder on the way to it, should be.</summary>
    /// <returns>A sentence with the remedy; null if there is no such file.</returns>
    public static string? FileInTheWay(string home)
    {
        for (var at = home; at is not null; at = Path.GetDirectoryName(at))
            if (File.Exists(at))
                return $"{at} is a file, so {(at == home ? "it" : home)} cannot be Tspm's home folder; set TSPM_HOME "
                    + "to a folder you own";
        return null;
    }

    static void Make(TspmHome home, string folder)
    {
        try
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }
        catch (UnauthorizedAccessException) when (home.IsSystem && Platform.CurrentSystem.UserId != 0)
        {
            throw new HomeException(
                SystemDaemon.OnlyRoot($"sudo TSPM_HOME={home.Path} tspm daemon"), notPermitted: true);
        }
        catch (UnauthorizedAccessException)
        {
            throw new HomeException($"cannot create {folder}: permission denied. Make its parent folder writable, or "
                + "set TSPM_HOME to a folder you own", notPermitted: true);
        }
        catch (IOException e)
        {
            if (FileInTheWay(folder) is { } file) throw new HomeException(file);
            throw new HomeException($"cannot create {folder}: {Platform.FileSystem.Describe(e)}. Set TSPM_HOME to a "
                + "folder you own");
        }
    }

    static void SetMode(string folder)
    {
        try
        {
            File.SetUnixFileMode(folder, OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HomeException($"{folder} must have mode 700, and tspm cannot change its mode: "
                + $"{Platform.FileSystem.Describe(e)}. Run chmod 700 {folder}", notPermitted: true);
        }
    }
}
