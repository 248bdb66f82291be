from tests.faults.trial import Trial
from tests.faults.test_processes import failing
def test_dbg(trial):
    trial.begin(**failing(trial, "load.mid_copy:15:kill"))
    trial.finish()
    for r in trial.ask("select id,kind,state,fence,crashes,vanished,error from sluice.step where fence>1 or crashes>0 or vanished>0"): print(r)
    print("\n".join(l for l in trial.stack._workers[0].log.read_text().splitlines() if "succeeded" not in l and "received" not in l)[-6000:])
