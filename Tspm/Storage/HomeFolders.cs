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
            Make(folder);
            if (Platform.FileSystem.OpenToOthers(folder) is { } problem)
                throw new HomeException(problem, notPermitted: true);
            var mode = File.GetUnixFileMode(folder);
            // The home's own mode keeps others out of everything below it, so the subfolders may be more open; but the
            // owner needs all rights in each of them.
            if ((mode & OwnerOnly) != OwnerOnly || (folder == home.Path && mode != OwnerOnly)) SetMode(folder);
        }
    }

    static void Make(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }
        catch (UnauthorizedAccessException)
        {
            throw new HomeException($"cannot create {folder}: permission denied. Make its parent folder writable, or "
                + "set TSPM_HOME to a folder you own", notPermitted: true);
        }
        catch (IOException e)
        {
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
