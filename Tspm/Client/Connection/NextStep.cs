namespace Tspm.Client.Connection;

/// <summary>What the client does after an attempt.</summary>
internal enum NextStep
{
    /// <summary>Hand over the answer.</summary>
    Return,

    /// <summary>Report the failure.</summary>
    Fail,

    /// <summary>Report the failure, with the versions of client and daemon when they differ.</summary>
    FailNamingVersions,

    /// <summary>Wait as long as the daemon said, then send the same request over the same connection.</summary>
    WaitAndRepeat,

    /// <summary>Connect again and send the same request, with the same key, to whichever daemon answers.</summary>
    Repeat,

    /// <summary>
    /// Connect again. The same daemon gets the same request with the same key, so it does it once; for another one:
    /// <see cref="Rephrase"/>.
    /// </summary>
    RepeatOrRephrase,

    /// <summary>
    /// Connect again. The same daemon gets the same request with the same key; for another one: <see cref="GiveUp"/>.
    /// </summary>
    RepeatOrGiveUp,

    /// <summary>Send another daemon the form of the request that does no harm, with a new key.</summary>
    Rephrase,

    /// <summary>Another daemon answers: report that nobody knows what was done.</summary>
    GiveUp,

    /// <summary>Start the daemon, then connect again.</summary>
    StartDaemon,
}
