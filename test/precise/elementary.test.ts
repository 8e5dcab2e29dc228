import { describe, expect, it } from 'vitest';
import type { Unary } from '../../src/core/language/ops.ts';
import { bigNumbers, elementary, exactly } from '../../src/precise/index.ts';

/** 50 digits by mpmath 1.4.1 at a working precision of 500, of the exact value of each double. */
const MPMATH: readonly (readonly [f: Unary, x: number, value: string])[] = [
  ['exp', 1, '2.7182818284590452353602874713526624977572470937000'],
  ['exp', -745.1, '2.5537685477520739272395996058520092095916772388882e-324'],
  ['exp', 0.1, '1.1051709180756476309466388234587796577416634163742'],
  ['exp', -1e-20, '9.9999999999999999999000000000000000054851728545790e-1'],
  ['exp', 709.7, '1.6549840276802644030802502834723549822809586358652e+308'],
  ['exp', 100000.0, '2.8066633604261231793183858185717427085363662705659e+43429'],
  ['expm1', 1e-300, '1.0000000000000000250590918352087596856961468077037e-300'],
  ['expm1', -1e-10, '-9.9999999995000003643386397852114684779793466122258e-11'],
  ['expm1', 0.3, '3.4985880757600308899730103168863403214175279751378e-1'],
  ['expm1', -0.7, '-5.0341469620859046324238238821443506136576383734968e-1'],
  ['expm1', 50, '5.1847055285870724640864533229334853848274691005838e+21'],
  ['expm1', -50, '-9.9999999999999999999980712501520360822169826571835e-1'],
  ['log', 2, '6.9314718055994530941723212145817656807550013436026e-1'],
  ['log', 1e-320, '-7.3682724089097390615098690567193177899059655673106e+2'],
  ['log', 1.0000000000000002, '2.2204460492503128343282304546154879259823318079011e-16'],
  ['log', 0.8, '-2.2314355131420970025514385905200902293697319079562e-1'],
  ['log', 1e300, '6.9077552789821370525790219666051368115065999044149e+2'],
  ['log', 10, '2.3025850929940456840179914546843642076011014886288'],
  ['log1p', 1e-300, '1.0000000000000000250590918352087596856961468077037e-300'],
  ['log1p', -0.3, '-3.5667494393873236305230978802466259768715256263019e-1'],
  ['log1p', 0.24, '2.1511137961694548956491646695993970946489685636634e-1'],
  ['log1p', -0.9999999999999999, '-3.6736800569677101399113302437283358108001507121094e+1'],
  ['log1p', 5, '1.7917594692280550008124773583807022727229906921830'],
  ['log1p', 1e-10, '9.9999999995000003643553064518760518131344814776971e-11'],
  ['erf', 1e-300, '1.1283791670955126021723160763043650576181100906267e-300'],
  ['erf', 0.1, '1.1246291601828489840471225101430406172339251850582e-1'],
  ['erf', 1, '8.4270079294971486934122063508260925929606699796630e-1'],
  ['erf', -2.5, '-9.9959304798255504106043578426002508727965132259629e-1'],
  ['erf', 4.5, '9.9999999980338395584571125237208396323356673394223e-1'],
  ['erf', 6, '9.9999999999999997848026328750108688340664960081262e-1'],
  ['erfc', 0.1, '8.8753708398171510159528774898569593827660748149418e-1'],
  ['erfc', -3, '1.9999779095030014145586272238704176796201522929126'],
  ['erfc', 1, '1.5729920705028513065877936491739074070393300203370e-1'],
  ['erfc', 3.6, '3.5586299300768506303999337178548167567018400659121e-7'],
  ['erfc', 3.7, '1.6715105790914597512934858827083278836610589849637e-7'],
  ['erfc', 10, '2.0884875837625447570007862949577886115608181193212e-45'],
  ['erfc', 27, '5.2370489237892556850160676828495470909339125479687e-319'],
  ['erfc', 100, '6.4059614249217320390213391485863941482144143994603e-4346'],
  ['cdf', -40, '3.6558935409150297037489858026882836650539446199774e-350'],
  ['cdf', -38.5, '1.4081824631705174617700996302451983873539843539124e-324'],
  ['cdf', -8, '6.2209605742717841235159951725881884224887172789003e-16'],
  ['cdf', -1, '1.5865525393145705141476745436796207752208703327340e-1'],
  ['cdf', 0.3, '6.1791142218895263307227362276377673878368769722590e-1'],
  ['cdf', 9, '9.9999999999999999988714115940461593522644979240313e-1'],
  ['gelu', -38, '-1.0964627768261380371733687829954235559714907537193e-314'],
  ['gelu', -10, '-7.6198530241605260659733432515993083635040332779570e-23'],
  ['gelu', -1, '-1.5865525393145705141476745436796207752208703327340e-1'],
  ['gelu', 1e-300, '5.0000000000000001252954591760437984284807340385185e-301'],
  ['gelu', 2, '1.9544997361036415855994347256669331250564475525966'],
  ['gelu', -0.1, '-4.6017216272297104187575260962770231031789450896577e-2'],
  ['sqrt', 2, '1.4142135623730950488016887242096980785696718753769'],
  ['rsqrt', 10, '3.1622776601683793319988935444327185337195551393252e-1'],
];

describe('elementary functions in arbitrary precision', () => {
  it.each([5, 17, 30, 45])('agree with mpmath to %i digits', (digits) => {
    const B = bigNumbers(digits);
    const functions = elementary(B);
    for (const [f, x, value] of MPMATH) {
      const got = functions[f](exactly(B, x));
      // One unit in the last digit at most: 10^(1 - digits) relative.
      const exact = new (bigNumbers(60))(got).div(value).minus(1).abs();
      expect(Number(exact), `${f}(${x}) = ${got}, mpmath ${value}`).toBeLessThanOrEqual(10 ** (1 - digits));
    }
  });

  it('more digits extend fewer: 40 and 90 agree, across the change of series in the tail', () => {
    const [few, many] = [bigNumbers(40), bigNumbers(90)];
    const [byFew, byMany] = [elementary(few), elementary(many)];
    for (let x = -9; x <= 9; x += 0.9375)
      for (const f of ['erf', 'erfc', 'cdf', 'gelu'] as const) {
        if (x === 0) continue;
        const a = byFew[f](exactly(few, x));
        const b = byMany[f](exactly(many, x));
        expect(Number(b.div(a).minus(1).abs()), `${f}(${x})`).toBeLessThan(1e-39);
      }
  });

  it('log goes beyond the 1,025 digits that mathjs knows of ln 10', () => {
    const B = bigNumbers(1200);
    const { exp, log } = elementary(B);
    expect(
      Number(
        log(exp(new B('0.7')))
          .div('0.7')
          .minus(1)
          .abs()
          .times('1e1190'),
      ),
    ).toBeLessThan(1);
  });

  it.each<readonly [Unary, number, number]>([
    ['exp', Number.NEGATIVE_INFINITY, 0],
    ['exp', Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ['expm1', Number.NEGATIVE_INFINITY, -1],
    ['log', 0, Number.NEGATIVE_INFINITY],
    ['log', -1, Number.NaN],
    ['log1p', -1, Number.NEGATIVE_INFINITY],
    ['log1p', Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ['erf', Number.NEGATIVE_INFINITY, -1],
    ['erfc', Number.NEGATIVE_INFINITY, 2],
    ['erfc', Number.POSITIVE_INFINITY, 0],
    ['cdf', Number.NEGATIVE_INFINITY, 0],
    ['cdf', Number.POSITIVE_INFINITY, 1],
    ['gelu', Number.NEGATIVE_INFINITY, -0],
    ['gelu', Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ['gelu', 0, 0],
    ['erf', -0, -0],
    ['sqrt', -1, Number.NaN],
    ['rsqrt', 0, Number.POSITIVE_INFINITY],
  ])('%s(%d) is %d', (f, x, y) => {
    const B = bigNumbers(20);
    expect(Number(elementary(B)[f](new B(x)))).toBe(y);
  });

  it('NaN stays NaN', () => {
    const B = bigNumbers(20);
    for (const [f, of] of Object.entries(elementary(B))) expect(Number(of(new B(Number.NaN))), f).toBeNaN();
  });

  it('refuses digits that are none', () => {
    for (const digits of [0, -1, 1.5, Number.NaN]) expect(() => bigNumbers(digits)).toThrow(RangeError);
  });
});
