/**
 * A command of the OpenStack client for `mendedBy`: `openstack` and the words, each quoted where a shell would not
 * take it as it is. Names and ids are the subject's words: pasted into a shell, they must do nothing.
 * @param {...string} words
 */
export function command(...words) {
  const quoted = (word) => (/^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`);
  return ["openstack", ...words.map(quoted)].join(" ");
}
