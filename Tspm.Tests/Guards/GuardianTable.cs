namespace Tspm.Tests.Guards;

/// <summary>
/// What is to happen in every cell of the guardian's lifecycle, written down a second time and independently: a change
/// of behaviour has to be made in both places, on purpose. Exactly one row fits each combination. A comma means "or" on
/// the left of "when" and "and" in it; - is nothing, = unchanged.
/// <code>
/// when:      due        the time that the state waits for has come
///            end, home  the end is wanted; the home is wanted
///            ready      the present daemon has answered
///            before     some daemon of this guardian has answered
///            trial      this version is on probation
///            over       this death is the last one that the probation bears: the third, one that cannot start, or too
///            late
///            code       it exited with a code, and no signal killed it
///            cannot     with the code that says: I cannot start
///            empty      the descriptor store is empty
///            lived      the daemon had run for more than 10 s
/// failures:  +1, 1, 0 or =
/// trial:     +1 (a death more), over or =
/// facts:     what becomes true (before, end, home), or no longer (!home)
/// due:       the time that is waited for: end (10 s from now), trial (the probation's, if any), now, delay (after the
///            start of the last daemon, by the failures), none or =
/// actions:   in this order; a name in brackets says which descriptor: former, next, successor, or the one just given
/// </code>
/// </summary>
internal static class GuardianTable
{
    public const string Rows = """
        # state                                         event      when                     | state               failures trial facts        ready due   actions
        NoDaemon                                        due        due                      | Starting            =        =     -            no    trial StartDaemon
        NoDaemon                                        due        !due                     | =                   =        =     -            =     =     -
        Starting,Serving,Leaving,Upgrading,HandingOver  due        due                      | =                   =        =     -            =     none  KillDaemon
        Starting,Serving,Leaving,Upgrading,HandingOver  due        !due                     | =                   =        =     -            =     =     -
        ReExecuting,RollingBack,Giving,Ended            due        -                        | =                   =        =     -            =     =     -

        Starting                                        started    end                      | =                   =        =     -            =     =     Forward(TERM)
        Starting                                        started    !end                     | =                   =        =     -            =     =     -
        Serving,Leaving,Upgrading,HandingOver           started    -                        | =                   =        =     -            =     =     -
        NoDaemon,ReExecuting,RollingBack,Giving,Ended   started    -                        | =                   =        =     -            =     =     -

        Starting                                        unstarted  -                        | NoDaemon            +1       =     -            -     delay -
        Serving,Leaving,Upgrading,HandingOver           unstarted  -                        | =                   =        =     -            =     =     -
        NoDaemon,ReExecuting,RollingBack,Giving,Ended   unstarted  -                        | =                   =        =     -            =     =     -

        Starting                                        ready      !trial,!home             | Serving             =        =     before       yes   none  FinishStart
        Starting                                        ready      !trial,home              | Serving             =        =     before,!home yes   none  FinishStart,RestoreHome
        Starting                                        ready      trial,!home              | Serving             =        over  before       yes   none  Close(former),FinishStart
        Starting                                        ready      trial,home               | Serving             =        over  before,!home yes   none  Close(former),FinishStart,RestoreHome
        Leaving                                         ready      !ready,!trial,!home      | =                   =        =     before       yes   none  FinishStart
        Leaving                                         ready      !ready,!trial,home       | =                   =        =     before,!home yes   none  FinishStart,RestoreHome
        Leaving                                         ready      !ready,trial,!home       | =                   =        over  before       yes   none  Close(former),FinishStart
        Leaving                                         ready      !ready,trial,home        | =                   =        over  before,!home yes   none  Close(former),FinishStart,RestoreHome
        Upgrading,HandingOver                           ready      !ready,!trial,!home      | =                   =        =     before       yes   =     FinishStart
        Upgrading,HandingOver                           ready      !ready,!trial,home       | =                   =        =     before,!home yes   =     FinishStart,RestoreHome
        Upgrading,HandingOver                           ready      !ready,trial,!home       | =                   =        over  before       yes   =     Close(former),FinishStart
        Upgrading,HandingOver                           ready      !ready,trial,home        | =                   =        over  before,!home yes   =     Close(former),FinishStart,RestoreHome
        Serving,Leaving,Upgrading,HandingOver           ready      ready                    | =                   =        =     -            =     =     -
        NoDaemon,ReExecuting,RollingBack,Giving,Ended   ready      -                        | =                   =        =     -            =     =     -

        Starting,Serving                                leave      -                        | Leaving             =        =     -            =     =     -
        Upgrading                                       leave      -                        | Leaving             =        =     -            =     =     Close(next)
        HandingOver                                     leave      -                        | Leaving             =        =     -            =     =     Close(successor)
        Leaving                                         leave      -                        | =                   =        =     -            =     =     -
        NoDaemon,ReExecuting,RollingBack,Giving,Ended   leave      -                        | =                   =        =     -            =     =     -

        Starting,Serving                                upgrade    -                        | Upgrading(given)    =        =     -            =     end   -
        Upgrading                                       upgrade    -                        | Upgrading(given)    =        =     -            =     end   Close(next)
        Leaving,HandingOver                             upgrade    -                        | =                   =        =     -            =     =     Close(given)
        NoDaemon,ReExecuting,RollingBack,Giving,Ended   upgrade    -                        | =                   =        =     -            =     =     Close(given)

        Starting,Serving                                handover   -                        | HandingOver(given)  =        =     -            =     end   -
        Upgrading                                       handover   -                        | HandingOver(given)  =        =     -            =     end   Close(next)
        HandingOver                                     handover   -                        | HandingOver(given)  =        =     -            =     end   Close(successor)
        Leaving                                         handover   -                        | =                   =        =     -            =     =     Close(given)
        NoDaemon,ReExecuting,RollingBack,Giving,Ended   handover   -                        | =                   =        =     -            =     =     Close(given)

        Starting,Serving,Leaving,Upgrading,HandingOver  homelost   ready                    | =                   =        =     -            =     =     RestoreHome
        Starting,Serving,Leaving,Upgrading,HandingOver  homelost   !ready                   | =                   =        =     home         =     =     -
        NoDaemon,ReExecuting,RollingBack,Giving         homelost   -                        | =                   =        =     home         =     =     -
        Ended                                           homelost   -                        | =                   =        =     -            =     =     -

        Starting,Serving,Leaving,Upgrading,HandingOver  terminate  -                        | =                   =        =     end          =     =     Forward(TERM)
        NoDaemon,ReExecuting,RollingBack,Giving         terminate  -                        | =                   =        =     end          =     =     -
        Ended                                           terminate  -                        | =                   =        =     -            =     =     -

        Starting,Serving,Leaving,Upgrading,HandingOver  hangup     -                        | =                   =        =     -            =     =     Forward(HUP)
        NoDaemon,ReExecuting,RollingBack,Giving,Ended   hangup     -                        | =                   =        =     -            =     =     -

        Leaving                                         died       code                     | Ended(code)         =        =     -            -     none  RemoveSocket,RemoveDeathNote,FinishLogs
        Leaving                                         died       !code                    | Ended(0)            =        =     -            -     none  RemoveSocket,RemoveDeathNote,FinishLogs
        Upgrading                                       died       -                        | ReExecuting(next)   =        =     -            -     none  ReExec(next)
        HandingOver                                     died       -                        | Giving(successor)   =        =     -            -     none  GiveToSuccessor(successor)
        Starting,Serving                                died       !trial,cannot,empty      | Ended(1)            =        =     -            -     none  RemoveSocket,RemoveDeathNote
        Starting,Serving                                died       !trial,cannot,!empty,!before | Ended(1)        =        =     -            -     none  RemoveSocket,RemoveDeathNote
        Starting,Serving                                died       !trial,code,!cannot,!before  | Ended(1)        =        =     -            -     none  RemoveSocket,RemoveDeathNote
        Starting,Serving                                died       !trial,cannot,!empty,before,!lived | NoDaemon  +1       =     -            -     delay RecordDeath,ReportFirstDeath
        Starting,Serving                                died       !trial,cannot,!empty,before,lived  | NoDaemon  1        =     -            -     delay RecordDeath,ReportFirstDeath
        Starting,Serving                                died       !trial,code,!cannot,before,!lived  | NoDaemon  +1       =     -            -     delay RecordDeath,ReportFirstDeath
        Starting,Serving                                died       !trial,code,!cannot,before,lived   | NoDaemon  1        =     -            -     delay RecordDeath,ReportFirstDeath
        Starting,Serving                                died       !trial,!code,!lived      | NoDaemon            +1       =     -            -     delay RecordDeath,ReportFirstDeath
        Starting,Serving                                died       !trial,!code,lived       | NoDaemon            1        =     -            -     delay RecordDeath,ReportFirstDeath
        Starting,Serving                                died       trial,!over,!lived       | NoDaemon            +1       +1    -            -     delay RecordDeath,ReportFirstDeath
        Starting,Serving                                died       trial,!over,lived        | NoDaemon            1        +1    -            -     delay RecordDeath,ReportFirstDeath
        Starting,Serving                                died       trial,over,!cannot,!lived | RollingBack(former) +1      over  -            -     delay RecordDeath,RollBack(former)
        Starting,Serving                                died       trial,over,!cannot,lived | RollingBack(former) 1        over  -            -     delay RecordDeath,RollBack(former)
        Starting,Serving                                died       trial,over,cannot,!lived | RollingBack(former) +1       over  -            -     delay RollBack(former)
        Starting,Serving                                died       trial,over,cannot,lived  | RollingBack(former) 1        over  -            -     delay RollBack(former)
        NoDaemon,ReExecuting,RollingBack,Giving,Ended   died       -                        | =                   =        =     -            =     =     -

        ReExecuting                                     unexecuted -                        | NoDaemon            0        =     -            =     now   Close(next),SetUpgradeProblem
        RollingBack                                     unexecuted -                        | NoDaemon            =        =     -            =     =     Close(former),SetUpgradeProblem
        Starting,Serving,Leaving,Upgrading,HandingOver  unexecuted -                        | =                   =        =     -            =     =     -
        NoDaemon,Giving,Ended                           unexecuted -                        | =                   =        =     -            =     =     -

        Giving                                          taken      -                        | Ended(0)            =        =     -            =     none  Close(successor)
        Starting,Serving,Leaving,Upgrading,HandingOver  taken      -                        | =                   =        =     -            =     =     -
        NoDaemon,ReExecuting,RollingBack,Ended          taken      -                        | =                   =        =     -            =     =     -
        Giving                                          untaken    -                        | NoDaemon            0        =     -            =     now   Close(successor),SetUpgradeProblem
        Starting,Serving,Leaving,Upgrading,HandingOver  untaken    -                        | =                   =        =     -            =     =     -
        NoDaemon,ReExecuting,RollingBack,Ended          untaken    -                        | =                   =        =     -            =     =     -
        """;
}
