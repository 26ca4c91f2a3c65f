/** Words for people, of what the API names for machines. */
const roles: Readonly<Record<string, string>> = {
  source: 'the violation',
  descendant: 'made from it',
  family: 'refresh family',
  sibling: 'of the same family',
  subject: 'all that its subject holds',
};

export function roleWords(role: string): string {
  return roles[role] ?? role;
}

const verdicts: Readonly<Record<string, string>> = {
  act: 'It is done without asking.',
  propose: 'It is done once enough people approve.',
  alert: 'It is only shown.',
  observe: 'It is only shown.',
  refuse: 'It is not done.',
};

export function verdictWords(verdict: string): string {
  return verdicts[verdict] ?? verdict;
}

const actions: Readonly<Record<string, string>> = {
  'token.revoke': 'revoke the token',
  'family.revoke': 'revoke the refresh family',
  'subject.revoke': 'revoke all of a subject',
  undo: 'give back',
};

export function actionWords(action: string): string {
  return actions[action] ?? action;
}

const proofs: Readonly<Record<string, string>> = {
  introspection: 'the issuer is asked whether it still works',
  callback: 'the receiver calls back',
  observed: 'events show that it is refused',
  none: 'nothing proves it',
};

export function proofWords(way: string): string {
  return proofs[way] ?? way;
}

/** `1 step`, `2 steps`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
