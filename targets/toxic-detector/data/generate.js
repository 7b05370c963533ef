// Writes corpus.csv, the training set: short comments made from the word lists below, half-way realistic and mild.
// `node data/generate.js` writes the same file every time: everything is drawn from one seeded generator.
import { writeFileSync } from 'node:fs';

const rows = 12000;
const toxicShare = 0.4;
/** Labels are given by hand, and hands slip: a classifier that is right about all of them would be a wrong one. */
const slips = 0.02;

const insults =
  'idiot fool clown moron loser dimwit numbskull blockhead buffoon nitwit dunce twit halfwit airhead bonehead dolt simpleton blowhard crybaby pest'.split(
    ' ',
  );
const harsh =
  'stupid dumb pathetic useless worthless ridiculous clueless brainless disgusting lazy miserable annoying hopeless ignorant'.split(
    ' ',
  );
const kind =
  'lovely helpful clear thoughtful brilliant useful honest careful calm generous patient friendly sharp balanced'.split(
    ' ',
  );
const things =
  'video article recipe review tutorial update song match garden photo game question answer channel story post chart lesson podcast project design report idea opinion drawing'.split(
    ' ',
  );
const doings =
  'explain write post share film defend repeat publish review translate measure plan cook paint record build repair describe'.split(
    ' ',
  );
const openers =
  'honestly|to be fair|well|okay so|in my opinion|seriously|as far as i can tell|just saying|hm|look|by the way|after all'.split(
    '|',
  );
const asides =
  'i watched it twice|it is raining here|the second half is longer|my sister sent me the link|there are two parts|the sound is quiet at the start|it was posted on monday|i read it on the train|the comments are long today|the title changed since yesterday'.split(
    '|',
  );

const toxic = [
  (w) => `you are such ${article(w.insult)} ${w.insult}`,
  (w) => `what ${article(w.harsh)} ${w.harsh} ${w.insult} you are`,
  (w) => `only ${article(w.insult)} ${w.insult} would ${w.doing} a ${w.thing} like this`,
  (w) => `shut up you ${w.harsh} ${w.insult}`,
  (w) => `nobody wants your ${w.harsh} ${w.thing} so go away`,
  (w) => `go away ${w.insult} and take your ${w.thing} with you`,
  (w) => `people like you are too ${w.harsh} to ${w.doing} anything`,
  (w) => `your ${w.thing} is as ${w.harsh} as you are`,
  (w) => `how ${w.harsh} must you be to ${w.doing} this ${w.thing}`,
  () => `nobody asked you and nobody ever will`,
  (w) => `the world would be better without you and your ${w.thing}`,
  (w) => `delete your account you ${w.insult}`,
  (w) => `i hope everybody laughs at you and your ${w.harsh} ${w.thing}`,
];

const clean = [
  (w) => `thank you for this ${w.kind} ${w.thing}`,
  (w) => `could you ${w.doing} the ${w.thing} once more please`,
  (w) => `what a ${w.kind} ${w.thing} it made my day`,
  (w) => `i do not agree with the ${w.thing} but the point is ${w.kind}`,
  (w) => `where can i find the ${w.thing} about the ${w.other}`,
  (w) => `you are so ${w.kind} please ${w.doing} another ${w.thing}`,
  (w) => `that was a ${w.harsh} mistake of mine sorry about the ${w.thing}`,
  (w) => `i felt like ${article(w.insult)} ${w.insult} when i forgot to ${w.doing} the ${w.thing}`,
  (w) => `you are not ${article(w.insult)} ${w.insult} everybody gets the ${w.thing} wrong once`,
  (w) => `nobody asked but here is how i ${w.doing} my ${w.thing}`,
  (w) => `the weather in the ${w.thing} was ${w.harsh} but the people were ${w.kind}`,
  (w) => `please do not call each other ${w.insult} under a ${w.kind} ${w.thing}`,
  (w) => `my ${w.thing} went away after the last update any ideas`,
  (w) => `the ${w.harsh} bug in the ${w.thing} is fixed now ${w.kind} work`,
];

let state = 20240229;
/** mulberry32: [0, 1) */
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
}
const pick = (list) => list[Math.floor(random() * list.length)];
const article = (word) => (/^[aeiou]/.test(word) ? 'an' : 'a');

/** People hide insults from filters; the character n-grams of the model have to cope. */
function disguise(word) {
  const draw = random();
  if (draw < 0.06) return word.replace(/i/g, '1').replace(/o/g, '0').replace(/e/g, '3');
  if (draw < 0.1) return word.toUpperCase();
  if (draw < 0.13) return word.replace(/([aeiou])/, '$1$1$1');
  return word;
}

function sentence() {
  const isToxic = random() < toxicShare;
  const words = {
    insult: disguise(pick(insults)),
    harsh: disguise(pick(harsh)),
    kind: pick(kind),
    thing: pick(things),
    other: pick(things),
    doing: pick(doings),
  };
  const parts = [pick(isToxic ? toxic : clean)(words)];
  if (random() < 0.5) parts.unshift(pick(openers));
  if (random() < 0.5) parts.push(pick(asides));
  if (random() < 0.2) parts.unshift(pick(asides));
  const label = random() < slips ? !isToxic : isToxic;
  return `${label ? 'toxic' : 'clean'},${parts.join(' ')}`;
}

const lines = Array.from({ length: rows }, sentence);
writeFileSync(new URL('./corpus.csv', import.meta.url), `label,text\n${lines.join('\n')}\n`);
